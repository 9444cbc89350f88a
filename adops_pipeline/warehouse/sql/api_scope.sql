-- Daily sums in scope, in the period and in the one it is compared with.
SELECT
    platform,
    account_id,
    project_id,
    currency,
    date,
    date BETWEEN $first AND $last AS is_now,
    date BETWEEN $before AND $before_last AS is_before,
    impressions,
    clicks,
    spend,
    conversions,
    revenue,
    conversions_nowcast,
    revenue_nowcast,
    spend_reporting,
    revenue_reporting,
    revenue_reporting_nowcast,
    spend_without_rate,
    revenue_without_rate,
    conversions_share_known
FROM rollup_daily
WHERE
    date BETWEEN least($first, $before) AND greatest($last, $before_last)
    AND (len($platforms) = 0 OR list_contains($platforms, platform))
    AND (len($accounts) = 0 OR list_contains($accounts, account_id))
    AND (len($currencies) = 0 OR list_contains($currencies, currency))
    AND ($project IS NULL OR project_id = $project)
