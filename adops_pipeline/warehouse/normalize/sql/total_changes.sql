-- What a batch adds to each campaign's lifetime sums: its rows less those that they replace.
CREATE OR REPLACE TEMP TABLE total_changes AS
WITH before AS (
    SELECT
        campaign_id, count(*) AS days, sum(impressions) AS impressions, sum(clicks) AS clicks, sum(spend) AS spend,
        sum(CAST(conversions AS DECIMAL(18, 6))) AS conversions, sum(revenue) AS revenue
    FROM analytics_metrics
    JOIN won_days AS days USING (account_id, date)
    ANTI JOIN kept_days USING (account_id, campaign_id, date)
    WHERE platform = $platform AND date BETWEEN $first AND $last
    GROUP BY campaign_id
),
after AS (
    SELECT
        campaign_id, count(*) AS days, sum(impressions) AS impressions, sum(clicks) AS clicks, sum(spend) AS spend,
        sum(CAST(conversions AS DECIMAL(18, 6))) AS conversions, sum(revenue) AS revenue
    FROM staged
    WHERE reason IS NULL
    GROUP BY campaign_id
)
SELECT
    $platform AS platform,
    campaign_id,
    coalesce(after.days, 0) - coalesce(before.days, 0) AS days,
    coalesce(after.impressions, 0) - coalesce(before.impressions, 0) AS impressions,
    coalesce(after.clicks, 0) - coalesce(before.clicks, 0) AS clicks,
    coalesce(after.spend, 0) - coalesce(before.spend, 0) AS spend,
    coalesce(after.conversions, 0) - coalesce(before.conversions, 0) AS conversions,
    coalesce(after.revenue, 0) - coalesce(before.revenue, 0) AS revenue
FROM after
FULL JOIN before USING (campaign_id)
