-- Days of the campaigns in scope, in the period and in the one before it.
SELECT
    metrics.platform,
    metrics.account_id,
    metrics.campaign_id,
    metrics.currency,
    metrics.date,
    metrics.date >= $first AS is_now,
    metrics.impressions,
    metrics.clicks,
    metrics.spend,
    metrics.conversions,
    metrics.revenue,
    metrics.spend_reporting,
    metrics.revenue_reporting,
    metrics.conversions_share_known
FROM analytics_metrics AS metrics
WHERE
    metrics.date BETWEEN $before AND $last
    AND (len($platforms) = 0 OR list_contains($platforms, metrics.platform))
    AND (len($accounts) = 0 OR list_contains($accounts, metrics.account_id))
    AND (len($currencies) = 0 OR list_contains($currencies, metrics.currency))
    AND (len($campaigns) = 0 OR list_contains($campaigns, metrics.platform || ':' || metrics.campaign_id))
    AND (
        $project IS NULL
        OR metrics.platform || ':' || metrics.campaign_id IN (SELECT id FROM campaigns WHERE project_id = $project)
    )
