-- The newest plan: what moves and why, largest first.
SELECT
    rationale AS recommendation,
    platform,
    campaign_name AS campaign,
    currency,
    current_daily AS "a day now",
    suggested_daily AS suggested,
    change_pct AS "change %",
    expected_revenue_change::DECIMAL(18, 6) AS "revenue a day",
    low::DECIMAL(18, 6) AS low,
    high::DECIMAL(18, 6) AS high,
    marginal_roas AS "marginal roas",
    array_to_string(flags, ', ') AS flags
FROM budget_recommendations
WHERE as_of = (SELECT max(as_of) FROM budget_recommendations)
ORDER BY abs(suggested_daily - current_daily) DESC, platform, campaign_id
LIMIT 20
