-- Sums by day and group, with a number for each group in the order of platform, currency, account and project.
WITH days AS (
    SELECT
        date,
        platform,
        currency,
        account_id,
        project_id,
        sum(impressions)::DOUBLE AS impressions,
        sum(clicks)::DOUBLE AS clicks,
        sum(spend)::DOUBLE AS spend,
        sum(conversions)::DOUBLE AS conversions,
        sum(revenue)::DOUBLE AS revenue,
        sum(conversions_nowcast) AS conversions_nowcast,
        sum(revenue_nowcast) AS revenue_nowcast,
        coalesce(sum(spend_reporting), 0)::DOUBLE AS spend_reporting,
        coalesce(sum(revenue_reporting), 0)::DOUBLE AS revenue_reporting,
        coalesce(sum(revenue_reporting_nowcast), 0) AS revenue_reporting_nowcast,
        sum(spend_without_rate)::DOUBLE AS spend_without_rate,
        sum(revenue_without_rate)::DOUBLE AS revenue_without_rate,
        min(conversions_share_known) AS conversions_share_known
    FROM $source
    GROUP BY ALL
)

SELECT
    *,
    dense_rank() OVER (ORDER BY platform, currency, account_id, project_id) - 1 AS group_no
FROM days
