-- One rate a day and currency, over every day that pulls cover: the newest given rate that is not older than
-- $max_age_days, as reporting currency per unit, crossed through the hub currency in which the file quotes.
CREATE OR REPLACE TEMP TABLE new_rates AS
WITH span AS (
    SELECT min(range_start) AS first, max(range_end) AS last
    FROM raw_pulls
    WHERE range_start IS NOT NULL
),
days AS (
    SELECT CAST(unnest(generate_series(CAST(first AS TIMESTAMP), last, INTERVAL 1 DAY)) AS DATE) AS date
    FROM span
),
currencies AS (
    SELECT DISTINCT currency FROM given_rates
    UNION SELECT $hub
    UNION SELECT $reporting
),
holding AS (
    SELECT days.date, currencies.currency, given.rate_to_usd, given.date AS source_date
    FROM days
    CROSS JOIN currencies
    ASOF LEFT JOIN given_rates AS given
        ON given.currency = currencies.currency AND given.date <= days.date
),
in_hub AS (
    SELECT
        date,
        currency,
        CASE WHEN currency = $hub THEN 1 ELSE rate_to_usd END AS rate_to_usd,
        CASE WHEN currency = $hub THEN date ELSE source_date END AS source_date
    FROM holding
    WHERE currency = $hub OR date_diff('day', source_date, date) <= $max_age_days
)
SELECT
    priced.date,
    priced.currency,
    CASE
        WHEN priced.currency = $reporting THEN 1
        ELSE CAST(CAST(priced.rate_to_usd AS DOUBLE) / CAST(reporting.rate_to_usd AS DOUBLE) AS DECIMAL(18, 10))
    END AS rate_to_reporting,
    least(priced.source_date, reporting.source_date) AS source_date
FROM in_hub AS priced
JOIN in_hub AS reporting ON reporting.date = priced.date AND reporting.currency = $reporting
UNION ALL
SELECT date, $reporting, 1, date
FROM days
WHERE date NOT IN (SELECT date FROM in_hub WHERE currency = $reporting)
