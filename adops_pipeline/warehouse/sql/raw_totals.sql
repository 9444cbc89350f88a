-- Sums per account and day over the raw rows of the pulls that win those days; a row repeated word for word counts once.
INSERT INTO raw_totals
WITH texts AS (
    SELECT filename AS file, hash(json) AS fingerprint, platform, raw_texts(platform, json) AS texts
    FROM read_ndjson_objects($files, filename = true, ignore_errors = true) AS lines
    JOIN (SELECT DISTINCT file, platform FROM winning_days) AS files ON files.file = lines.filename
),
facts AS (
    SELECT file, fingerprint, raw_facts(platform, $pinterest_traffic, texts) AS fact FROM texts
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
WHERE days.is_checked
GROUP BY days.platform, days.account_id, days.date
