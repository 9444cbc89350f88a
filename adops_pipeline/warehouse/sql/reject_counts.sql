-- Rows received since $since and rows of them that were put aside, by account.
WITH received AS (
    SELECT platform, account_id, sum(rows) AS received
    FROM raw_pulls
    WHERE pulled_at >= $since AND state <> 'damaged'
    GROUP BY platform, account_id
)
SELECT
    rejects.platform,
    rejects.account_id,
    count(*) AS rejected,
    any_value(received.received)::BIGINT AS received,
    mode(rejects.reason) AS reason
FROM analytics_rejects AS rejects
JOIN received ON received.platform = rejects.platform AND received.account_id = rejects.account_id
WHERE rejects.pulled_at >= $since
GROUP BY rejects.platform, rejects.account_id
ORDER BY rejects.platform, rejects.account_id
