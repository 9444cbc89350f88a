-- The ten most severe verdicts on budgets, by the days of spend at stake; those without a severity need no action.
WITH newest AS (
    SELECT *
    FROM analytics_budgets
    SEMI JOIN budgets_now USING (platform, account_id, campaign_id, as_of)
)
SELECT
    recommendation,
    severity,
    verdict,
    platform,
    campaign_name AS campaign,
    as_of,
    seasonal_ratio AS "of target",
    (spent_to_date / nullif(budget, 0))::DOUBLE AS "of budget",
    currency,
    spent_to_date AS spent,
    budget,
    projected_total AS projected,
    money_at_stake AS "at stake",
    overspend_probability AS "probability of overspend"
FROM newest
WHERE severity IS NOT NULL
ORDER BY
    list_position(['critical', 'warning', 'info'], severity),
    money_at_stake / nullif(
        if(basis = 'daily', daily_budget, budget / nullif(days_elapsed + days_remaining, 0)), 0
    ) DESC NULLS LAST,
    platform,
    campaign_id
LIMIT 10
