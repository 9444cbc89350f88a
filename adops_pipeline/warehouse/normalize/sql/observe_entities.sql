-- Staged campaigns or ad groups, and those that vanished -> `entity_observations`, where they differ from the latest
-- earlier observation. The end of a flight is no change that somebody made, so an ended entity counts as active. Ad groups
-- are observed from their first budget on: without one they do not matter here.
INSERT INTO entity_observations BY NAME
WITH seen AS (
    SELECT
        pull_no, external_id AS entity_id, campaign_id, budget_id, is_shared_budget,
        CASE status WHEN 'ended' THEN 'active' ELSE status END AS status,
        daily_budget, lifetime_budget, coalesce(local_day(created_at, timezone), start_date) AS exists_from,
        unchanged_since, local_day(unchanged_since, timezone) AS unchanged_from,
        coalesce(daily_budget, lifetime_budget) IS NOT NULL AS has_budget
    FROM staged
    WHERE reason IS NULL
    UNION ALL BY NAME
    SELECT
        written.vanished_from AS pull_no, latest.entity_id, latest.campaign_id, latest.budget_id,
        latest.is_shared_budget, 'removed' AS status, latest.daily_budget, latest.lifetime_budget, latest.exists_from,
        true AS has_budget
    FROM written
    JOIN (
        SELECT entity_id, max_by(observed, observed.pulled_at) AS latest
        FROM entity_observations AS observed
        WHERE platform = $platform AND report = $report
        GROUP BY entity_id
    ) AS known ON known.entity_id = written.external_id
    WHERE written.vanished_from IS NOT NULL
)
SELECT
    $platform AS platform, $report AS report, pulls.account_id, seen.* EXCLUDE (pull_no, has_budget), pulls.currency,
    pulls.pulled_at, pulls.pulled_on AS seen_on, pulls.pull_id
FROM seen
JOIN batch_pulls AS pulls USING (pull_no)
ASOF LEFT JOIN (FROM entity_observations WHERE platform = $platform AND report = $report) AS known
    ON known.entity_id = seen.entity_id AND pulls.pulled_at >= known.pulled_at
WHERE CASE
    WHEN known.entity_id IS NULL THEN $report = 'campaigns' OR has_budget
    ELSE (known.status, known.daily_budget, known.lifetime_budget, known.budget_id, known.is_shared_budget)
        IS DISTINCT FROM
        (seen.status, seen.daily_budget, seen.lifetime_budget, seen.budget_id, seen.is_shared_budget)
END
