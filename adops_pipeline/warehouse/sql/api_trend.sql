-- Days of a campaign in scope.
SELECT
    days.date,
    numbers.currency,
    days.impressions,
    days.clicks,
    days.spend,
    days.conversions,
    days.revenue,
    days.conversions_share_known
FROM rollup_campaign_days AS days
JOIN rollup_campaigns AS numbers USING (campaign_no)
WHERE
    days.date BETWEEN $first AND $last
    AND numbers.platform = $platform
    AND numbers.campaign_id = $campaign
    AND (len($platforms) = 0 OR list_contains($platforms, numbers.platform))
    AND (len($accounts) = 0 OR list_contains($accounts, numbers.account_id))
    AND (len($currencies) = 0 OR list_contains($currencies, numbers.currency))
    AND ($project IS NULL OR numbers.project_id = $project)
