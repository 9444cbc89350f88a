-- The changed days of campaigns.
SELECT
    metrics.date,
    numbers.campaign_no,
    coalesce(metrics.impressions, 0) AS impressions,
    coalesce(metrics.clicks, 0) AS clicks,
    metrics.spend,
    coalesce(metrics.conversions, 0) AS conversions,
    coalesce(metrics.revenue, 0) AS revenue,
    metrics.spend_reporting,
    metrics.revenue_reporting,
    metrics.conversions_share_known,
    metrics.is_complete_day
FROM analytics_metrics AS metrics
JOIN rollup_campaigns AS numbers USING (platform, account_id, campaign_id, currency)
WHERE metrics.date BETWEEN $first AND $last AND metrics.date IN (FROM changed_days)
ORDER BY metrics.date, numbers.campaign_no
