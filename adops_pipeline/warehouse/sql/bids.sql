-- Active ad groups with a bid that somebody has set: what they spent and sold on mature days of the last four weeks, and
-- what their account pays for a conversion with the same objective. Left out while an earlier change is being measured.
WITH newest AS (SELECT platform, account_id, max(date) AS day FROM analytics_metrics WHERE is_complete_day GROUP BY ALL),
mature AS (
    SELECT metrics.*, campaigns.objective
    FROM analytics_metrics AS metrics
    JOIN newest USING (platform, account_id)
    JOIN campaigns ON campaigns.platform = metrics.platform AND campaigns.external_id = metrics.campaign_id
    WHERE metrics.is_complete_day AND metrics.conversions_share_known >= 0.95 AND metrics.date > newest.day - 35
),
accounts AS (
    SELECT platform, account_id, objective, (sum(spend) / nullif(sum(conversions), 0))::DOUBLE AS account_cpa
    FROM mature
    GROUP BY ALL
),
sums AS (
    SELECT
        groups.platform, groups.account_id, groups.campaign_id, groups.ad_group_id, mature.objective,
        sum(groups.spend)::DOUBLE AS spend, sum(groups.conversions)::DOUBLE AS conversions,
        min(groups.date) AS first_day, max(groups.date) AS last_day
    FROM analytics_ad_group_metrics AS groups
    JOIN mature USING (platform, account_id, campaign_id, date)
    GROUP BY ALL
)
SELECT
    sums.*, accounts.account_cpa, ad_groups.name AS ad_group_name, campaigns.name AS campaign_name, ad_groups.bid,
    ad_groups.currency,
    coalesce(budgets.verdict = 'limited', false) AS is_limited
FROM sums
JOIN ad_groups ON ad_groups.platform = sums.platform AND ad_groups.external_id = sums.ad_group_id
JOIN campaigns ON campaigns.platform = sums.platform AND campaigns.external_id = sums.campaign_id
JOIN accounts
    ON accounts.platform = sums.platform AND accounts.account_id = sums.account_id
    AND accounts.objective = sums.objective
LEFT JOIN budgets_now AS budgets
    ON budgets.platform = sums.platform
    AND budgets.campaign_id = coalesce(campaigns.shared_budget_id, campaigns.external_id)
WHERE ad_groups.status = 'active' AND campaigns.status = 'active' AND ad_groups.bid > 0
    AND accounts.account_cpa > 0 AND sums.conversions > 0
    AND NOT EXISTS (
        FROM action_outcomes AS changes
        WHERE changes.platform = sums.platform AND changes.campaign_id = sums.campaign_id
            AND changes.verdict = 'pending'
    )
ORDER BY sums.spend DESC, sums.platform, sums.ad_group_id
