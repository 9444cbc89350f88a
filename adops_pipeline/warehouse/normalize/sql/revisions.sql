-- The restatement history: the first observation of a day that may still change, then every change. A day that changes
-- without a first observation (it was loaded when it was old) gets its former values first. A withdrawn row is zeros,
-- unless it is there and could not be read.
CREATE OR REPLACE TEMP TABLE new_revisions AS
WITH known AS (
    SELECT DISTINCT campaign_id, date
    FROM analytics_metric_revisions
    WHERE platform = $platform AND date BETWEEN $first AND $last
),
unread AS (
    SELECT DISTINCT pull_no, campaign_id, date FROM staged WHERE reason IS NOT NULL
),
judged AS (
    SELECT
        observed.*,
        pulls.pulled_at,
        pulls.timezone,
        date_diff('day', observed.date, pulls.pulled_on) AS lag_days,
        known.date IS NOT NULL AS is_known,
        was_stored AND (old <> new OR is_known_again) AS is_changed
    FROM observed
    JOIN batch_pulls AS pulls USING (pull_no)
    LEFT JOIN known USING (campaign_id, date)
    LEFT JOIN unread USING (pull_no, campaign_id, date)
    WHERE is_there OR unread.date IS NULL
)
SELECT
    pull_no, account_id, campaign_id, date, stored_at AS pulled_at,
    date_diff('day', date, local_day(stored_at, timezone)) AS lag_days, unnest(old)
FROM judged
WHERE is_changed AND NOT is_known
UNION ALL
SELECT pull_no, account_id, campaign_id, date, pulled_at, lag_days, unnest(new)
FROM judged
WHERE is_changed OR (NOT was_stored AND (is_known OR lag_days <= $may_change_days))
