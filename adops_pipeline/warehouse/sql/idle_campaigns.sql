WITH newest AS (SELECT platform, account_id, max(date) AS day FROM analytics_metrics WHERE is_complete_day GROUP BY ALL),
mature AS (
    SELECT metrics.*
    FROM analytics_metrics AS metrics
    JOIN newest USING (platform, account_id)
    WHERE metrics.is_complete_day AND metrics.conversions_share_known >= 0.95 AND metrics.date > newest.day - 35
),
accounts AS (
    SELECT platform, account_id, sum(spend) / nullif(sum(conversions), 0) AS account_cpa FROM mature GROUP BY ALL
)
SELECT
    mature.platform, mature.account_id, mature.campaign_id, any_value(mature.campaign_name) AS campaign_name,
    any_value(mature.currency) AS currency, any_value(campaigns.objective) AS objective, sum(mature.spend)::DOUBLE AS spend, accounts.account_cpa::DOUBLE AS account_cpa,
    min(mature.date) FILTER (WHERE mature.spend > 0) AS first_day, max(mature.date) AS last_day
FROM mature
JOIN accounts USING (platform, account_id)
JOIN campaigns ON campaigns.platform = mature.platform AND campaigns.external_id = mature.campaign_id
-- Bought for sales or leads: of an awareness campaign nobody expects conversions.
WHERE campaigns.status = 'active' AND accounts.account_cpa IS NOT NULL AND campaigns.objective IN (
    'SEARCH', 'SHOPPING', 'PERFORMANCE_MAX', 'OUTCOME_SALES', 'OUTCOME_LEADS', 'WEB_CONVERSION', 'CATALOG_SALES',
    'SALES', 'LEADS'
)
GROUP BY ALL
HAVING sum(mature.conversions) = 0 AND count(*) FILTER (WHERE mature.spend > 0) >= 7
ORDER BY spend DESC, mature.platform, mature.campaign_id
