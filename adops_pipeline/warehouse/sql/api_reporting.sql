-- Daily sums in the reporting currency, in scope, in the period (is_now) and in the one that it is compared with.
WITH scope AS (
    SELECT *, date BETWEEN $first AND $last AS is_now
    FROM rollup_daily
    WHERE
        (date BETWEEN $first AND $last OR date BETWEEN $before AND $before_last)
        AND (len($platforms) = 0 OR list_contains($platforms, platform))
        AND (len($accounts) = 0 OR list_contains($accounts, account_id))
        AND (len($currencies) = 0 OR list_contains($currencies, currency))
        AND ($project IS NULL OR project_id = $project)
)

SELECT
    {groups},
    sum(impressions)::BIGINT AS impressions,
    sum(clicks)::BIGINT AS clicks,
    sum(conversions)::DOUBLE AS conversions,
    sum(conversions_nowcast)::DOUBLE AS conversions_nowcast,
    (CASE WHEN coalesce(sum(spend_without_rate), 0) = 0 THEN coalesce(sum(spend_reporting), 0) END)::DOUBLE AS spend,
    (CASE WHEN coalesce(sum(revenue_without_rate), 0) = 0 THEN coalesce(sum(revenue_reporting), 0) END)::DOUBLE
        AS revenue,
    (CASE WHEN coalesce(sum(revenue_without_rate), 0) = 0 THEN coalesce(sum(revenue_reporting_nowcast), 0) END)::DOUBLE
        AS revenue_nowcast,
    min(conversions_share_known) AS conversions_share_known,
    list_sort(list(DISTINCT currency) FILTER (WHERE spend_without_rate > 0)) AS without_rate
FROM scope
GROUP BY GROUPING SETS ({sets})
ORDER BY ALL
