-- Each account has its own last complete day. Accounts that nobody has pulled for a week are left out, as in headlines.
SELECT
    budgets.platform,
    budgets.account_id,
    budgets.campaign_id,
    budgets.campaign_name,
    budgets.campaign_status,
    campaigns.project_id,
    budgets.as_of,
    budgets.severity,
    budgets.verdict,
    budgets.status,
    budgets.recommendation,
    budgets.currency,
    budgets.is_shared_budget,
    budgets.basis,
    budgets.daily_budget,
    budgets.current_daily,
    budgets.required_daily_spend,
    budgets.budget,
    budgets.spent_to_date,
    round(100 * (budgets.spent_to_date / nullif(budgets.budget, 0))::DOUBLE, 1) AS of_budget_pct,
    round(100 * budgets.seasonal_ratio, 1) AS of_target_pct,
    budgets.projected_total,
    budgets.projected_low,
    budgets.projected_high,
    least(greatest(round(100 * budgets.overspend_probability), 1), 99) AS overspend_probability_pct,
    budgets.money_at_stake,
    round(budgets.roas_to_date, 2) AS roas_to_date,
    round(budgets.roas_nowcast, 2) AS roas_nowcast,
    budgets.period_start,
    budgets.period_end,
    budgets.days_elapsed,
    budgets.days_remaining,
    budgets.created_at
FROM analytics_budgets AS budgets
INNER JOIN (
    SELECT
        platform,
        account_id,
        max(as_of) AS as_of
    FROM analytics_budgets
    GROUP BY platform, account_id
    QUALIFY max(as_of) >= max(max(as_of)) OVER () - 7
) AS newest
    ON
        newest.platform = budgets.platform
        AND newest.account_id = budgets.account_id
        AND newest.as_of = budgets.as_of
LEFT JOIN campaigns
    ON campaigns.platform = budgets.platform AND campaigns.external_id = budgets.campaign_id
