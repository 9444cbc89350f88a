-- The first day of each account from which campaigns' days are complete, without a hole, to the last that was pulled.
WITH pulled AS (
    SELECT platform, account_id, range_start, range_end,
        max(range_end) OVER (
            PARTITION BY platform, account_id ORDER BY range_start, range_end
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS before
    FROM raw_pulls
    WHERE report = 'campaign_daily' AND state IN ('applied', 'pruned')
)
SELECT platform, account_id, max(range_start) AS known_from
FROM pulled
WHERE before IS NULL OR before < range_start - 1
GROUP BY platform, account_id
ORDER BY ALL
