-- What a batch adds to each campaign's lifetime sums: its rows less those that they replace.
CREATE OR REPLACE TEMP TABLE total_changes AS
SELECT
    $platform AS platform,
    campaign_id,
    sum(sign) AS days,
    sum(sign * impressions) AS impressions,
    sum(sign * clicks) AS clicks,
    sum(sign * CAST(spend AS DECIMAL(28, 6))) AS spend,
    sum(sign * CAST(conversions AS DECIMAL(28, 6))) AS conversions,
    sum(sign * CAST(revenue AS DECIMAL(28, 6))) AS revenue
FROM (
    SELECT -1 AS sign, campaign_id, impressions, clicks, spend, conversions, revenue
    FROM analytics_metrics
    JOIN won_days AS days USING (account_id, date)
    WHERE platform = $platform AND date BETWEEN $first AND $last
    UNION ALL
    SELECT 1, campaign_id, impressions, clicks, spend, conversions, revenue
    FROM staged
    JOIN won_days AS days USING (pull_no, date)
    WHERE reason IS NULL
)
GROUP BY campaign_id
