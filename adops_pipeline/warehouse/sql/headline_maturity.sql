-- What is known after a day, and when nearly all is.
SELECT
    platform,
    max(share) FILTER (WHERE lag_days = 1) AS first,
    max(share_low) FILTER (WHERE lag_days = 1) AS first_low,
    max(share_high) FILTER (WHERE lag_days = 1) AS first_high,
    min(lag_days) FILTER (WHERE share >= 0.98) AS mature_after,
    any_value(basis) AS basis
FROM analytics_maturity
GROUP BY platform
ORDER BY platform
