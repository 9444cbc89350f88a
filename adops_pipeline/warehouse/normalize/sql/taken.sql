    -- What is taken of a row, whichever way it was read.
    pull_no,
    line_no,
    account_id,
    campaign_id,
    campaign_name,
    ad_group_id,
    ad_group_name,
    date,
    currency,
    taken(impressions_text, impressions) AS impressions,
    taken(clicks_text, clicks) AS clicks,
    coalesce(spend, 0) AS spend,
    taken(revenue_text, revenue) AS revenue,
    taken(conversions_text, conversions) AS conversions,
    CASE
        WHEN contains(other_metrics, ':null') THEN json_merge_patch('{}', other_metrics)
        ELSE other_metrics
    END AS platform_metrics,
