-- Budgets by status on each account's newest day, and the one that is furthest off, in words.
WITH newest AS (
    SELECT * FROM analytics_budgets
    QUALIFY as_of = max(as_of) OVER (PARTITION BY platform, account_id)
),
furthest AS (
    SELECT
        status,
        format('{} ({}) at {:.0f} % of its target. {}', campaign_name, platform, 100 * seasonal_ratio, recommendation)
            AS sentence
    FROM newest
    WHERE status IN ('overpacing', 'underpacing')
    ORDER BY campaign_status = 'paused', abs(seasonal_ratio - 1) / greatest(tolerance, 0.01) DESC, platform, campaign_id
    LIMIT 1
)
SELECT
    newest.status,
    count(*) AS budgets,
    any_value(furthest.sentence) AS worst
FROM newest
LEFT JOIN furthest ON furthest.status = newest.status
GROUP BY newest.status
ORDER BY
    list_position(
        ['overpacing', 'underpacing', 'on-track', 'no-data', 'no-budget', 'not-started', 'ended'], newest.status
    )
