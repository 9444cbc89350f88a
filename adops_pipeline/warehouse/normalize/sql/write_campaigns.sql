-- Campaigns as the pulls have them, and those that vanished, as removed. What is ours (project, totals) is kept. A pull
-- with an unreadable row proves nothing about what is missing from it.
CREATE OR REPLACE TEMP TABLE written AS
SELECT
    concat($platform, ':', staged.external_id) AS id,
    $platform AS platform,
    staged.account_id,
    staged.external_id,
    staged.name,
    staged.status,
    staged.platform_status,
    staged.objective,
    coalesce(staged.daily_budget, staged.lifetime_budget) AS budget,
    CASE
        WHEN staged.daily_budget IS NOT NULL THEN 'daily'
        WHEN staged.lifetime_budget IS NOT NULL THEN 'lifetime'
    END AS budget_period,
    staged.daily_budget,
    staged.lifetime_budget,
    staged.is_shared_budget,
    staged.shared_budget_id,
    staged.currency,
    staged.start_date,
    staged.end_date,
    stored.project_id,
    stored.metrics,
    staged.pulled_at AS synced_at,
    coalesce(staged.created_at, stored.created_at) AS created_at,
    NULL::INTEGER AS vanished_from
FROM staged
JOIN won_days USING (pull_no)
LEFT JOIN campaigns AS stored ON stored.id = concat($platform, ':', staged.external_id)
WHERE staged.reason IS NULL
UNION ALL BY NAME
SELECT
    stored.* REPLACE (CASE WHEN is_complete THEN 'removed' ELSE stored.status END AS status),
    CASE WHEN is_complete AND stored.status <> 'removed' THEN won.pull_no END AS vanished_from
FROM campaigns AS stored
JOIN (
    SELECT *, pull_no NOT IN (SELECT pull_no FROM staged WHERE reason IS NOT NULL) AS is_complete FROM won_days
) AS won ON won.account_id = stored.account_id
WHERE stored.platform = $platform
    AND stored.external_id NOT IN (SELECT external_id FROM staged WHERE reason IS NULL)
