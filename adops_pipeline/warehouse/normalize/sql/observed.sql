-- What a batch changes: the campaign-days as they were stored beside the same days as they are now. New rows of days of
-- which nothing is stored matter only while they may still change: a first load of a long history is cheap.
CREATE OR REPLACE TEMP TABLE observed AS
WITH before AS MATERIALIZED (
    SELECT account_id, campaign_id, date, days.pull_no, impressions, clicks, spend, conversions, revenue, synced_at
    FROM analytics_metrics
    JOIN won_days AS days USING (account_id, date)
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
    {'impressions': before.impressions, 'clicks': before.clicks, 'spend': before.spend,
     'conversions': before.conversions, 'revenue': before.revenue} AS old,
    {'impressions': coalesce(after.impressions, 0), 'clicks': coalesce(after.clicks, 0),
     'spend': coalesce(after.spend, 0), 'conversions': coalesce(after.conversions, 0),
     'revenue': coalesce(after.revenue, 0)} AS new
FROM before
FULL JOIN after USING (account_id, campaign_id, date)
