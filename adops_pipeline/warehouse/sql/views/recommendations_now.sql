-- The plan is made for one day that all accounts share. A shared budget is no campaign's own, so it is not beside one.
SELECT
    plan.platform,
    plan.account_id,
    plan.campaign_id,
    plan.campaign_name,
    campaigns.project_id,
    plan.as_of,
    plan.currency,
    CASE WHEN NOT coalesce(campaigns.is_shared_budget, false) THEN campaigns.daily_budget END AS daily_budget,
    plan.current_daily,
    plan.suggested_daily,
    round(plan.change_pct, 1) AS change_pct,
    round(plan.expected_revenue_change, 2) AS expected_revenue_change,
    round(plan.low, 2) AS expected_revenue_change_low,
    round(plan.high, 2) AS expected_revenue_change_high,
    round(plan.marginal_roas, 2) AS marginal_roas,
    least(greatest(round(100 * plan.credibility), 1), 99) AS credibility_pct,
    plan.identification,
    plan.method,
    plan.flags,
    plan.rationale,
    before.instruction AS do_first,
    plan.created_at
FROM budget_recommendations AS plan
LEFT JOIN campaigns
    ON campaigns.platform = plan.platform AND campaigns.external_id = plan.campaign_id
LEFT JOIN todo_today AS before
    ON
        before.platform = plan.platform
        AND before.campaign_id = coalesce(campaigns.shared_budget_id, plan.campaign_id)
        AND before.action NOT IN ('raise-budget', 'lower-budget', 'use-winner')
        AND plan.suggested_daily <> plan.current_daily
WHERE plan.as_of = (SELECT max(as_of) FROM budget_recommendations)
