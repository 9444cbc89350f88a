-- Days that were young when they were last pulled: whether they were over, and the share of their conversions that the
-- present curves expect to be known. A row that needs no change is not written.

-- Rows of a file from before these columns. The few of them that are younger get their values below.
UPDATE analytics_metrics
SET is_complete_day = TRUE, conversions_share_known = 1.0
WHERE is_complete_day IS NULL AND CAST(synced_at AS DATE) - date >= (SELECT max(lag_days) FROM analytics_maturity);

UPDATE analytics_metrics AS stored
SET is_complete_day = fresh.is_complete_day, conversions_share_known = fresh.share
FROM (
    WITH pulls AS (
        SELECT DISTINCT platform, account_id, pulled_at, local_day(pulled_at, timezone) AS pulled_on
        FROM raw_pulls
        WHERE report = 'campaign_daily' AND state IN ('applied', 'pruned')
        -- Later pulls have replaced what earlier ones said about young days. Keeps the scan of the rows short.
        QUALIFY pulled_at > max(pulled_at) OVER (PARTITION BY platform, account_id) - INTERVAL 60 DAY
    ),
    ages AS (
        SELECT platform, lag_days, share FROM analytics_maturity
        UNION ALL
        SELECT platform, unnest([-1, 0]), NULL FROM (SELECT DISTINCT platform FROM analytics_maturity)
    )
    SELECT
        platform,
        account_id,
        pulled_at,
        pulled_on - lag_days AS date,
        lag_days >= 1 AS is_complete_day,
        share
    FROM pulls
    JOIN ages USING (platform)
) AS fresh
WHERE stored.platform = fresh.platform
    AND stored.account_id = fresh.account_id
    AND stored.date = fresh.date
    AND stored.synced_at = fresh.pulled_at
    AND (stored.is_complete_day, stored.conversions_share_known) IS DISTINCT FROM (fresh.is_complete_day, fresh.share)
