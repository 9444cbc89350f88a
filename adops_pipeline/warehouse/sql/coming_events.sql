-- The next events, with the number of accounts that they concern.
SELECT
    name,
    kind,
    min(date) AS "from",
    max(date) AS "to",
    string_agg(DISTINCT country, ', ' ORDER BY country) AS countries,
    count(DISTINCT (platform, account_id)) AS accounts,
    any_value(expected_change_pct) AS "expected change %"
FROM calendar_days
WHERE date >= created_at::DATE
GROUP BY name, kind
ORDER BY "from", name
LIMIT 20
