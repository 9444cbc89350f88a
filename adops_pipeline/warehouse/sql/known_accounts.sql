-- The first pulled day of each account that has campaigns.
SELECT
    pulls.platform,
    pulls.account_id,
    any_value(accounts.currency) AS currency,
    min(pulls.range_start) AS first_day
FROM raw_pulls AS pulls
SEMI JOIN campaigns
    ON campaigns.platform = pulls.platform AND campaigns.account_id = pulls.account_id
LEFT JOIN ad_accounts AS accounts
    ON accounts.platform = pulls.platform AND accounts.account_id = pulls.account_id
WHERE pulls.report = 'campaign_daily' AND pulls.state IN ('applied', 'pruned')
GROUP BY pulls.platform, pulls.account_id
ORDER BY ALL
