-- The newest plan by currency: what moves, and what that is expected to bring.
SELECT
    currency,
    count(*) AS campaigns,
    count(*) FILTER (WHERE suggested_daily <> current_daily) AS moved,
    (sum(abs(suggested_daily - current_daily)) / 2)::DOUBLE AS money,
    max(plan_revenue_change) AS gain,
    max(plan_low) AS low,
    max(plan_high) AS high
FROM budget_recommendations
WHERE as_of = (SELECT max(as_of) FROM budget_recommendations)
GROUP BY currency
ORDER BY currency
