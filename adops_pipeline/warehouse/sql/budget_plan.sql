-- The newest plan: what moves, largest first.
SELECT
    platform,
    campaign_name AS campaign,
    currency || ' ' || format('{:,.2f}', current_daily::DOUBLE) AS "a day now",
    currency || ' ' || format('{:,.2f}', suggested_daily::DOUBLE) AS suggested,
    change_pct AS "change %",
    expected_revenue_change AS "revenue a day",
    low,
    high,
    marginal_roas AS "marginal roas",
    array_to_string(flags, ', ') AS flags,
    rationale
FROM budget_recommendations
WHERE as_of = (SELECT max(as_of) FROM budget_recommendations)
ORDER BY abs(suggested_daily - current_daily) DESC, platform, campaign_id
LIMIT 20
