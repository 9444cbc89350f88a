-- Every account, and when its campaigns' days were last asked for with success.
SELECT
    accounts.platform,
    accounts.account_id,
    accounts.name,
    accounts.timezone,
    max(pulls.pulled_at) AS pulled_at
FROM ad_accounts AS accounts
LEFT JOIN raw_pulls AS pulls
    ON pulls.platform = accounts.platform
    AND pulls.account_id = accounts.account_id
    AND pulls.report = 'campaign_daily'
    AND pulls.state IN ('applied', 'pruned')
GROUP BY ALL
ORDER BY ALL
