-- The ten budgets that are furthest off their seasonal target, measured in what today's tolerance allows. Those that
-- are paused come last: somebody did that.
WITH newest AS (
    SELECT * FROM analytics_budgets
    QUALIFY as_of = max(as_of) OVER (PARTITION BY platform, account_id)
)
SELECT
    platform,
    campaign_name AS campaign,
    as_of,
    status,
    linear_status AS linear,
    seasonal_ratio AS "of target",
    (spent_to_date / nullif(budget, 0))::DOUBLE AS "of budget",
    currency,
    spent_to_date AS spent,
    budget,
    projected_total AS projected,
    overspend_probability AS "odds over",
    recommendation
FROM newest
WHERE status IN ('overpacing', 'underpacing')
ORDER BY campaign_status = 'paused', abs(seasonal_ratio - 1) / greatest(tolerance, 0.01) DESC, platform, campaign_id
LIMIT 10
