-- Sums per account and day over the raw rows of the pulls that win those days; a row repeated word for word counts once.
INSERT INTO raw_totals
WITH facts AS (
    SELECT filename AS file, hash(json) AS fingerprint, raw_facts(files.platform, $pinterest_traffic, json) AS fact
    FROM read_ndjson_objects($files, filename = true, ignore_errors = true) AS lines
    JOIN (SELECT DISTINCT file, platform FROM winning_days) AS files ON files.file = lines.filename
),
single AS (
    SELECT DISTINCT file, fingerprint, fact.date AS date, fact.micros AS micros, fact.impressions AS impressions
    FROM facts
)
SELECT
    days.platform,
    days.account_id,
    days.date,
    coalesce(sum(single.micros), 0),
    coalesce(sum(single.impressions), 0)
FROM single
JOIN winning_days AS days USING (file, date)
GROUP BY days.platform, days.account_id, days.date
