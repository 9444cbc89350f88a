-- The lifetime sums from all rows: where none are remembered, or other rows than there are.
DELETE FROM campaign_totals;

INSERT INTO campaign_totals BY NAME
SELECT
    platform,
    campaign_id,
    count(*) AS days,
    sum(impressions) AS impressions,
    sum(clicks) AS clicks,
    sum(spend) AS spend,
    sum(CAST(conversions AS DECIMAL(18, 6))) AS conversions,
    sum(revenue) AS revenue
FROM analytics_metrics
GROUP BY platform, campaign_id;
