-- The rates to store, one a day, from lists of equal length that give each stretch of days on which a rate holds.
CREATE OR REPLACE TEMP TABLE given_rates AS
WITH held AS (
    SELECT
        unnest($currencies::VARCHAR[]) AS currency,
        unnest($firsts::DATE[]) AS first,
        unnest($lasts::DATE[]) AS last,
        unnest($rates::DECIMAL(18, 10)[]) AS rate_to_reporting,
        unnest($sources::DATE[]) AS source_date
)
SELECT
    unnest(generate_series(first::TIMESTAMP, last::TIMESTAMP, INTERVAL 1 DAY))::DATE AS date,
    currency,
    rate_to_reporting,
    coalesce(source_date, date) AS source_date
FROM held
