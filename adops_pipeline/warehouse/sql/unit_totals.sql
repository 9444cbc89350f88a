-- Daily sums of each account, apart for each of its projects.
SELECT
    days.platform,
    days.account_id,
    campaigns.project_id,
    days.date,
    sum(days.spend)::DOUBLE AS spend,
    coalesce(sum(days.conversions), 0) AS conversions,
    coalesce(sum(days.revenue), 0)::DOUBLE AS revenue
FROM analytics_metrics AS days
LEFT JOIN campaigns
    ON campaigns.platform = days.platform
    AND campaigns.external_id = days.campaign_id
WHERE days.date >= $since
GROUP BY ALL
ORDER BY ALL
