-- One row a platform: shares after some ages, the whole curve for a chart, when 98 % is known, and what it rests on.
SELECT
    platform,
    max(share) FILTER (WHERE lag_days = 1) AS "after 1 day",
    max(share) FILTER (WHERE lag_days = 3) AS "3 days",
    max(share) FILTER (WHERE lag_days = 7) AS "7 days",
    max(share) FILTER (WHERE lag_days = 14) AS "14 days",
    min(lag_days) FILTER (WHERE share >= 0.98) AS "98 % after days",
    max(conversions_seen) AS "conversions seen",
    any_value(basis) AS basis,
    list(share ORDER BY lag_days) AS curve
FROM analytics_maturity
GROUP BY platform
ORDER BY platform
