-- The rates to store, one a day, from the stretches of days on which a rate holds.
CREATE OR REPLACE TEMP TABLE given_rates AS
SELECT
    unnest(generate_series(first::TIMESTAMP, last::TIMESTAMP, INTERVAL 1 DAY))::DATE AS date,
    currency,
    rate_to_reporting::DECIMAL(18, 10) AS rate_to_reporting,
    coalesce(source_date, date) AS source_date
FROM held_rates
