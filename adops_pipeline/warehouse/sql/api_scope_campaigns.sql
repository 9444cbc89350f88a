-- The days of some campaigns in the period and in the one that it is compared with.
SELECT
    numbers.platform,
    numbers.account_id,
    numbers.project_id,
    numbers.currency,
    days.date,
    days.impressions,
    days.clicks,
    days.spend,
    days.conversions,
    days.revenue,
    days.conversions / coalesce(days.conversions_share_known, 1) AS conversions_nowcast,
    days.revenue::DOUBLE / coalesce(days.conversions_share_known, 1) AS revenue_nowcast,
    days.spend_reporting,
    days.revenue_reporting,
    days.revenue_reporting::DOUBLE / coalesce(days.conversions_share_known, 1) AS revenue_reporting_nowcast,
    CASE WHEN days.spend_reporting IS NULL THEN days.spend ELSE 0 END AS spend_without_rate,
    CASE WHEN days.revenue_reporting IS NULL THEN days.revenue ELSE 0 END AS revenue_without_rate,
    days.conversions_share_known
FROM rollup_campaign_days AS days
JOIN rollup_campaigns AS numbers USING (campaign_no)
WHERE
    (days.date BETWEEN $first AND $last OR days.date BETWEEN $before AND $before_last)
    AND list_contains($campaigns, numbers.platform || ':' || numbers.campaign_id)
    AND (len($platforms) = 0 OR list_contains($platforms, numbers.platform))
    AND (len($accounts) = 0 OR list_contains($accounts, numbers.account_id))
    AND (len($currencies) = 0 OR list_contains($currencies, numbers.currency))
    AND ($project IS NULL OR numbers.project_id = $project)
