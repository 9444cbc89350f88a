-- The first actions of every account.
SELECT
    instruction,
    platform,
    coalesce(account_name, account_id) AS account,
    rank,
    severity,
    action,
    campaign_name AS campaign,
    currency,
    money_at_stake AS "at stake",
    supersedes
FROM todo_today
ORDER BY rank, list_position(['critical', 'warning', 'info'], severity), platform, account_id
LIMIT 20
