-- Every campaign: those with delivery, by account and currency, and those that never had any.
WITH delivering AS (
    SELECT *
    FROM rollup_campaigns
    WHERE campaign_no IN (SELECT DISTINCT campaign_no FROM rollup_campaign_days)
),

listed AS (
    SELECT
        delivering.campaign_no,
        delivering.platform || ':' || delivering.campaign_id AS id,
        delivering.platform,
        delivering.account_id,
        delivering.currency
    FROM delivering
    UNION ALL
    SELECT
        NULL AS campaign_no,
        stored.id,
        stored.platform,
        stored.account_id,
        stored.currency
    FROM campaigns AS stored
    ANTI JOIN delivering ON stored.id = delivering.platform || ':' || delivering.campaign_id
)

SELECT
    listed.campaign_no,
    listed.id,
    listed.platform,
    listed.account_id,
    accounts.name AS account_name,
    stored.name,
    stored.status,
    stored.objective,
    stored.project_id,
    listed.currency,
    stored.daily_budget,
    stored.lifetime_budget
FROM listed
LEFT JOIN campaigns AS stored ON listed.id = stored.id
LEFT JOIN ad_accounts AS accounts ON listed.platform = accounts.platform AND listed.account_id = accounts.account_id
ORDER BY listed.id, listed.account_id, listed.currency
