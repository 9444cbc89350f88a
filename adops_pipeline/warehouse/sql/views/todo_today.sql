-- Each account has its own last complete day. Accounts that nobody has pulled for a week are left out, as in headlines.
SELECT
    todo.platform,
    todo.account_id,
    ad_accounts.name AS account_name,
    todo.rank,
    todo.severity,
    todo.action,
    todo.campaign_id,
    todo.campaign_name,
    campaigns.project_id,
    todo.instruction,
    todo.currency,
    todo.money_at_stake,
    round(todo.money_at_stake::DOUBLE * fx_rates.rate_to_reporting::DOUBLE, 2) AS money_at_stake_reporting,
    paced.daily_budget,
    todo.current_daily,
    todo.suggested_daily,
    round(todo.change_pct, 1) AS change_pct,
    todo.supersedes,
    todo.as_of,
    todo.created_at
FROM todo
LEFT JOIN ad_accounts
    ON ad_accounts.platform = todo.platform AND ad_accounts.account_id = todo.account_id
LEFT JOIN campaigns
    ON campaigns.platform = todo.platform AND campaigns.external_id = todo.campaign_id
LEFT JOIN analytics_budgets AS paced
    ON paced.platform = todo.platform AND paced.campaign_id = todo.campaign_id AND paced.as_of = todo.as_of
LEFT JOIN fx_rates
    ON fx_rates.currency = todo.currency AND fx_rates.date = todo.as_of
-- The newest list is that of the newest pacing: an account with nothing to do has no rows on its newest day.
WHERE todo.as_of = (
    SELECT max(newest.as_of)
    FROM analytics_budgets AS newest
    WHERE newest.platform = todo.platform AND newest.account_id = todo.account_id
)
AND todo.as_of >= (SELECT max(as_of) FROM analytics_budgets) - 7
