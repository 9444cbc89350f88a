-- Budgets by the day: of several on one day the last applies; days that repeat the day before are left out. Stored
-- pacings give the days before our first observation of a campaign (warehouses that are older than observations).
WITH paced AS (
    SELECT platform, account_id, campaign_id AS id, as_of + 1 AS day, CAST(as_of + 1 AS TIMESTAMP) AS known_at,
        CAST(daily_budget AS VARCHAR) AS daily_budget
    FROM analytics_budgets AS budgets
    WHERE daily_budget IS NOT NULL
        AND NOT EXISTS (
            FROM campaign_points AS points
            WHERE points.platform = budgets.platform AND points.id = budgets.campaign_id
                AND points.field = 'daily_budget' AND points.day <= budgets.as_of + 1
        )
),
by_day AS (
    SELECT
        platform, account_id, id, day, max_by(source, (known_at, event_no)) AS source,
        max_by(value, (known_at, event_no)) FILTER (field = 'daily_budget') AS daily_budget,
        max_by(value, (known_at, event_no)) FILTER (field = 'lifetime_budget') AS lifetime_budget
    FROM (
        SELECT platform, account_id, id, field, day, known_at, event_no, source, value
        FROM campaign_points
        WHERE field <> 'status'
        UNION ALL BY NAME
        SELECT platform, account_id, id, 'daily_budget' AS field, day, known_at, 0 AS event_no, 'pull' AS source,
            daily_budget AS value
        FROM paced
    )
    GROUP BY ALL
),
in_force AS (
    SELECT platform, account_id, id, day, source,
        coalesce(last_value(daily_budget IGNORE NULLS) OVER so_far, '') AS daily_budget,
        coalesce(last_value(lifetime_budget IGNORE NULLS) OVER so_far, '') AS lifetime_budget
    FROM by_day
    WINDOW so_far AS (PARTITION BY platform, id ORDER BY day)
),
moves AS (
    FROM in_force
    QUALIFY (daily_budget, lifetime_budget) IS DISTINCT FROM lag((daily_budget, lifetime_budget)) OVER (
        PARTITION BY platform, id ORDER BY day
    )
)
SELECT
    moves.platform, moves.account_id, id AS campaign_id, day AS valid_from,
    CAST(nullif(daily_budget, '') AS DECIMAL(18, 6)) AS daily_budget,
    CAST(nullif(lifetime_budget, '') AS DECIMAL(18, 6)) AS lifetime_budget,
    currency, source
FROM moves
JOIN ad_accounts AS accounts USING (platform, account_id)
ORDER BY platform, campaign_id, valid_from
