-- Lifetime sums of each campaign as compact JSON, written only where they differ from what stands; a campaign without
-- rows has none.
UPDATE campaigns
SET metrics = fresh.metrics
FROM (
    SELECT
        id,
        CASE
            WHEN totals.days > 0
                THEN CAST(to_json({
                    'days': CAST(totals.days AS BIGINT),
                    'impressions': CAST(totals.impressions AS BIGINT),
                    'clicks': CAST(totals.clicks AS BIGINT),
                    'spend': CAST(totals.spend AS VARCHAR),
                    'conversions': CAST(totals.conversions AS DOUBLE),
                    'revenue': CAST(totals.revenue AS VARCHAR)
                }) AS JSON)
        END AS metrics
    FROM campaigns
    LEFT JOIN campaign_totals AS totals
        ON totals.platform = campaigns.platform AND totals.campaign_id = campaigns.external_id
) AS fresh
WHERE campaigns.id = fresh.id AND campaigns.metrics IS DISTINCT FROM fresh.metrics
