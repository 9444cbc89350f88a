-- The lifetime sums from all rows: where none are remembered, or other rows than there are.
DELETE FROM campaign_totals;

INSERT INTO campaign_totals BY NAME
SELECT
    platform,
    campaign_id,
    count(*) AS days,
    coalesce(sum(impressions), 0) AS impressions,
    coalesce(sum(clicks), 0) AS clicks,
    sum(spend) AS spend,
    coalesce(sum(CAST(conversions AS DECIMAL(18, 6))), 0) AS conversions,
    coalesce(sum(revenue), 0) AS revenue
FROM analytics_metrics
GROUP BY platform, campaign_id;
