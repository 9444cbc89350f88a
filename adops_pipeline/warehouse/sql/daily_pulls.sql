-- Every look at campaigns' days: range, and the account's local day on which it was taken.
SELECT DISTINCT
    platform,
    account_id,
    range_start,
    range_end,
    timezone(timezone, timezone('UTC', pulled_at))::DATE AS pulled_on
FROM raw_pulls
WHERE report = 'campaign_daily' AND state IN ('applied', 'pruned')
ORDER BY ALL
