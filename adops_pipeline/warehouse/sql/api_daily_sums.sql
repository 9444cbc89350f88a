-- Sums by day and group.
WITH members AS ($groups)

SELECT
    date,
    group_no,
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
FROM $source AS days
JOIN members
    ON
        days.platform = members.platform
        AND days.currency = members.currency
        AND days.account_id = members.account_id
        AND days.project_id IS NOT DISTINCT FROM members.project_id
GROUP BY date, group_no
