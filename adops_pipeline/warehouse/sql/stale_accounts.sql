-- Accounts whose newest usable pull of daily reports was made before $oldest (UTC), or that have none at all.
SELECT
    platform,
    account_id,
    coalesce(
        max(pulled_at) FILTER (report IN ('campaign_daily', 'ad_group_daily') AND state <> 'damaged'),
        TIMESTAMP '1970-01-01'
    ) AS newest
FROM raw_pulls
GROUP BY platform, account_id
HAVING newest < $oldest
ORDER BY platform, account_id
