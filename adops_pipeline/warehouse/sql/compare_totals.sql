-- Account-days from $since on where raw <> unified + rejected, apart from those that are not checked. {table} is one of
-- the two metrics tables.
WITH unified AS (
    SELECT
        platform,
        account_id,
        date,
        (sum(spend) * 1000000)::HUGEINT AS micros,
        sum(impressions)::HUGEINT AS impressions
    FROM {table} AS stored
    ANTI JOIN (FROM winning_days WHERE NOT is_checked) AS skipped USING (platform, account_id, date)
    -- Where the winning pull has a row that could not be taken, the row of an older one may stand.
    ANTI JOIN (FROM winning_days SEMI JOIN rejected_totals USING (platform, account_id, date)) AS newest
        ON newest.platform = stored.platform
        AND newest.account_id = stored.account_id
        AND newest.date = stored.date
        AND newest.pulled_at > stored.synced_at
    WHERE date >= $since::DATE
    GROUP BY platform, account_id, date
),
side_by_side AS (
    SELECT
        platform,
        account_id,
        date,
        coalesce(raw_totals.micros, 0) AS raw_micros,
        coalesce(unified.micros, 0) AS unified_micros,
        coalesce(rejected_totals.micros, 0) AS rejected_micros,
        coalesce(raw_totals.impressions, 0) AS raw_impressions,
        coalesce(unified.impressions, 0) AS unified_impressions,
        coalesce(rejected_totals.impressions, 0) AS rejected_impressions
    FROM raw_totals
    FULL JOIN unified USING (platform, account_id, date)
    FULL JOIN rejected_totals USING (platform, account_id, date)
)
FROM side_by_side
WHERE raw_micros <> unified_micros + rejected_micros
    OR raw_impressions <> unified_impressions + rejected_impressions
ORDER BY platform, account_id, date
