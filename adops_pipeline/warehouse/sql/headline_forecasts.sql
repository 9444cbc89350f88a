-- Likely spend of the month by currency, and how much of it is spent; since when, if its first days were not pulled.
SELECT
    currency,
    max(period_start) FILTER (WHERE day(period_start) > 1) AS known_since,
    max(period_end) AS period_end,
    sum(total) AS total,
    sum(actual_to_date) / nullif(sum(total), 0) AS share
FROM analytics_forecasts
WHERE metric = 'spend'
GROUP BY currency
HAVING sum(total) > 0
ORDER BY currency
