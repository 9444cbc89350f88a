-- Day ranges that usable pulls of reports by day covered, each with the latest local day of the account on which it was
-- pulled: an earlier pull of the same range says nothing more.
SELECT
    platform,
    report,
    account_id,
    range_start,
    range_end,
    max(timezone(timezone, timezone('UTC', pulled_at))::DATE) AS pulled_on,
    max(pulled_at) AS pulled_at
FROM raw_pulls
WHERE range_start IS NOT NULL AND state <> 'damaged'
GROUP BY platform, report, account_id, range_start, range_end
ORDER BY ALL
