-- Lifetime totals of each campaign as compact JSON, written only where they differ from what stands.
UPDATE campaigns
SET metrics = totals.metrics
FROM (
    SELECT
        platform,
        campaign_id,
        CAST(to_json({
            'impressions': CAST(sum(impressions) AS BIGINT),
            'clicks': CAST(sum(clicks) AS BIGINT),
            'spend': CAST(sum(spend) AS VARCHAR),
            'conversions': round(sum(conversions), 6),
            'revenue': CAST(sum(revenue) AS VARCHAR),
            'first_date': min(date),
            'last_date': max(date)
        }) AS JSON) AS metrics
    FROM analytics_metrics
    GROUP BY platform, campaign_id
) AS totals
WHERE campaigns.platform = totals.platform
    AND campaigns.external_id = totals.campaign_id
    AND campaigns.metrics IS DISTINCT FROM totals.metrics
