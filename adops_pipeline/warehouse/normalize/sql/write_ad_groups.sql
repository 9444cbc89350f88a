-- Ad groups as the pulls have them, and those that vanished, as removed; as with campaigns.
CREATE OR REPLACE TEMP TABLE written AS
SELECT
    concat($platform, ':', external_id) AS id,
    $platform AS platform,
    account_id,
    campaign_id,
    external_id,
    name,
    status,
    platform_status,
    daily_budget,
    lifetime_budget,
    bid,
    currency,
    staged.pulled_at AS synced_at,
    NULL::INTEGER AS vanished_from
FROM staged
JOIN won_days USING (pull_no, account_id)
WHERE reason IS NULL
UNION ALL BY NAME
SELECT
    stored.* REPLACE (CASE WHEN is_complete THEN 'removed' ELSE stored.status END AS status),
    CASE WHEN is_complete AND stored.status <> 'removed' THEN won.pull_no END AS vanished_from
FROM ad_groups AS stored
JOIN (
    SELECT *, pull_no NOT IN (SELECT pull_no FROM staged WHERE reason IS NOT NULL) AS is_complete FROM won_days
) AS won ON won.account_id = stored.account_id
WHERE stored.platform = $platform
    AND stored.external_id NOT IN (SELECT external_id FROM staged WHERE reason IS NULL)
