-- What a batch changes: the campaign-days as they were stored beside the same days as they are now. New rows of days of
-- which nothing is stored matter only while they may still change: a first load of a long history is cheap.
CREATE OR REPLACE TEMP TABLE observed AS
WITH before AS MATERIALIZED (
    SELECT account_id, campaign_id, date, days.pull_no, impressions, clicks, spend, conversions, revenue, synced_at
    FROM analytics_metrics
    JOIN won_days AS days USING (account_id, date)
    ANTI JOIN kept_days USING (account_id, campaign_id, date)
    WHERE platform = $platform AND date BETWEEN $first AND $last
),
after AS (
    SELECT staged.account_id, campaign_id, date, pull_no, impressions, clicks, spend, conversions, revenue
    FROM staged
    JOIN batch_pulls AS pulls USING (pull_no)
    WHERE reason IS NULL
        AND (
            date_diff('day', date, pulls.pulled_on) <= $may_change_days
            OR date IN (SELECT date FROM before)
            OR date IN (
                SELECT date FROM analytics_metric_revisions
                WHERE platform = $platform AND date BETWEEN $first AND $last
            )
        )
)
SELECT
    account_id,
    campaign_id,
    date,
    coalesce(after.pull_no, before.pull_no) AS pull_no,
    before.account_id IS NOT NULL AS was_stored,
    after.account_id IS NOT NULL AS is_there,
    before.synced_at AS stored_at,
    (before.impressions IS NULL AND after.impressions IS NOT NULL)
        OR (before.clicks IS NULL AND after.clicks IS NOT NULL)
        OR (before.conversions IS NULL AND after.conversions IS NOT NULL)
        OR (before.revenue IS NULL AND after.revenue IS NOT NULL) AS is_known_again,
    -- A metric that is NULL could not be taken, which is no change.
    {'impressions': coalesce(before.impressions, after.impressions, 0),
     'clicks': coalesce(before.clicks, after.clicks, 0),
     'spend': coalesce(before.spend, after.spend, 0),
     'conversions': coalesce(before.conversions, after.conversions, 0),
     'revenue': coalesce(before.revenue, after.revenue, 0)} AS old,
    {'impressions': CASE WHEN after.account_id IS NULL THEN 0 ELSE coalesce(after.impressions, before.impressions, 0) END,
     'clicks': CASE WHEN after.account_id IS NULL THEN 0 ELSE coalesce(after.clicks, before.clicks, 0) END,
     'spend': CASE WHEN after.account_id IS NULL THEN 0 ELSE coalesce(after.spend, before.spend, 0) END,
     'conversions': CASE WHEN after.account_id IS NULL THEN 0 ELSE coalesce(after.conversions, before.conversions, 0) END,
     'revenue': CASE WHEN after.account_id IS NULL THEN 0 ELSE coalesce(after.revenue, before.revenue, 0) END} AS new
FROM before
FULL JOIN after USING (account_id, campaign_id, date)
