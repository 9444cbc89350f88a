-- The changed days of campaigns.
SELECT
    metrics.date,
    numbers.campaign_no,
    metrics.impressions,
    metrics.clicks,
    metrics.spend,
    metrics.conversions,
    metrics.revenue,
    metrics.spend_reporting,
    metrics.revenue_reporting,
    metrics.conversions_share_known,
    metrics.is_complete_day
FROM analytics_metrics AS metrics
JOIN rollup_campaigns AS numbers USING (platform, account_id, campaign_id, currency)
WHERE metrics.date BETWEEN $first AND $last AND metrics.date IN (FROM changed_days)
ORDER BY metrics.date, numbers.campaign_no
