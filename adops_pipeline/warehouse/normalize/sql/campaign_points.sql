-- `campaign_points`: the points of campaigns and shared budgets. For a campaign that never had a budget of its own the
-- budgets of its active ad groups are summed at every instant at which one of them changed.
CREATE OR REPLACE TEMP TABLE campaign_points AS
WITH own_budgets AS (
    SELECT DISTINCT platform, id
    FROM change_points
    WHERE is_campaign AND field IN ('daily_budget', 'lifetime_budget') AND value <> ''
),
groups AS (
    SELECT platform, entity_id AS id, max_by(campaign_id, pulled_at) AS campaign_id
    FROM entity_observations
    WHERE report = 'ad_groups'
    GROUP BY platform, entity_id
),
group_points AS (
    SELECT points.*, groups.campaign_id
    FROM change_points AS points
    JOIN groups USING (platform, id)
    ANTI JOIN own_budgets ON own_budgets.platform = points.platform AND own_budgets.id = groups.campaign_id
    WHERE NOT is_campaign
),
states AS (
    SELECT platform, id, campaign_id, known_at, event_no,
        last_value(CASE WHEN field = 'daily_budget' THEN value END IGNORE NULLS) OVER so_far AS daily_budget,
        last_value(CASE WHEN field = 'lifetime_budget' THEN value END IGNORE NULLS) OVER so_far AS lifetime_budget,
        last_value(CASE WHEN field = 'status' THEN value END IGNORE NULLS) OVER so_far AS status
    FROM group_points
    WINDOW so_far AS (PARTITION BY platform, id ORDER BY known_at, event_no)
    QUALIFY row_number() OVER (PARTITION BY platform, id, known_at ORDER BY event_no DESC, field) = 1
),
instants AS (
    SELECT platform, account_id, campaign_id, known_at, day, max(event_no) AS event_no,
        max_by(source, event_no) AS source
    FROM group_points
    GROUP BY platform, account_id, campaign_id, known_at, day
),
sums AS (
    SELECT
        instants.* EXCLUDE (group_id),
        sum(TRY_CAST(daily_budget AS DECIMAL(18, 6))) FILTER (status = 'active') AS daily_budget,
        sum(TRY_CAST(lifetime_budget AS DECIMAL(18, 6))) FILTER (status = 'active') AS lifetime_budget
    FROM (SELECT instants.*, groups.id AS group_id FROM instants JOIN groups USING (platform, campaign_id)) AS instants
    ASOF LEFT JOIN states ON states.platform = instants.platform AND states.id = instants.group_id
        AND instants.known_at >= states.known_at
    GROUP BY ALL
)
SELECT platform, account_id, id, field, known_at, day, event_no, source, value
FROM change_points AS points
WHERE is_campaign AND (field = 'status' OR (platform, id) NOT IN (SELECT (platform, campaign_id) FROM group_points))
UNION ALL BY NAME
SELECT platform, account_id, campaign_id AS id, 'daily_budget' AS field, known_at, day, event_no, source,
    coalesce(CAST(CAST(daily_budget AS DECIMAL(18, 6)) AS VARCHAR), '') AS value
FROM sums
UNION ALL BY NAME
SELECT platform, account_id, campaign_id AS id, 'lifetime_budget' AS field, known_at, day, event_no, source,
    coalesce(CAST(CAST(lifetime_budget AS DECIMAL(18, 6)) AS VARCHAR), '') AS value
FROM sums
