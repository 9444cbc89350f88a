-- What the month is likely to end with, by platform and currency. Ends of intervals are no sums, so they stay per campaign.
SELECT
    platform,
    currency,
    metric,
    min(as_of) AS "known through",
    max(period_end) AS "to",
    count(*) FILTER (WHERE is_running) AS "running campaigns",
    format('{:,.0f}', sum(actual_to_date)) AS "so far",
    format('{:,.0f}', sum(total)) AS total,
    sum(actual_to_date) / nullif(sum(total), 0) AS share
FROM analytics_forecasts
GROUP BY ALL
ORDER BY ALL
