-- Lifetime totals of each campaign as compact JSON, written only where they differ from what stands; a campaign without
-- rows has none.
UPDATE campaigns
SET metrics = totals.metrics
FROM (
    SELECT
        id,
        CASE
            WHEN summed.campaign_id IS NOT NULL
                THEN CAST(to_json({
                    'impressions': impressions,
                    'clicks': clicks,
                    'spend': CAST(spend AS VARCHAR),
                    'conversions': conversions,
                    'revenue': CAST(revenue AS VARCHAR),
                    'first_date': first_date,
                    'last_date': last_date
                }) AS JSON)
        END AS metrics
    FROM campaigns
    LEFT JOIN (
        SELECT
            platform,
            campaign_id,
            CAST(sum(impressions) AS BIGINT) AS impressions,
            CAST(sum(clicks) AS BIGINT) AS clicks,
            sum(spend) AS spend,
            -- Sums of fractions differ in the last digits with the order in which threads add them.
            round(sum(conversions), 6) AS conversions,
            sum(revenue) AS revenue,
            min(date) AS first_date,
            max(date) AS last_date
        FROM analytics_metrics
        GROUP BY platform, campaign_id
    ) AS summed ON summed.platform = campaigns.platform AND summed.campaign_id = campaigns.external_id
) AS totals
WHERE campaigns.id = totals.id AND campaigns.metrics IS DISTINCT FROM totals.metrics
