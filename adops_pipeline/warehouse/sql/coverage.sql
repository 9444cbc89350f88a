-- Day ranges that usable pulls of daily reports covered, with the account's local day of the pull.
SELECT DISTINCT
    platform,
    report,
    account_id,
    range_start,
    range_end,
    CAST(timezone(timezone, timezone('UTC', pulled_at)) AS DATE) AS pulled_on
FROM raw_pulls
WHERE range_start IS NOT NULL
    AND state <> 'damaged'
ORDER BY ALL
