-- The first day of each account that has campaigns from which its days are known, with its currency.
SELECT known.platform, known.account_id, accounts.currency, known.known_from
FROM known_days AS known
SEMI JOIN campaigns ON campaigns.platform = known.platform AND campaigns.account_id = known.account_id
LEFT JOIN ad_accounts AS accounts ON accounts.platform = known.platform AND accounts.account_id = known.account_id
ORDER BY ALL
