-- Daily budgets that pacing saw, without the days that only repeat the day before.
SELECT platform, account_id, campaign_id, as_of, daily_budget
FROM analytics_budgets
QUALIFY
    daily_budget IS DISTINCT FROM lag(daily_budget) OVER (
        PARTITION BY platform, account_id, campaign_id
        ORDER BY as_of
    )
ORDER BY ALL
