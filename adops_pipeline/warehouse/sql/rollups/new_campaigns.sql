-- Numbers for campaigns that have none yet, after the highest one.
SELECT
    (SELECT coalesce(max(campaign_no), -1) FROM rollup_campaigns)
    + row_number() OVER (ORDER BY found.platform, found.account_id, found.campaign_id, found.currency) AS campaign_no,
    found.platform,
    found.account_id,
    found.campaign_id,
    found.currency,
    stored.project_id
FROM (
    SELECT DISTINCT platform, account_id, campaign_id, currency
    FROM analytics_metrics
    ANTI JOIN rollup_campaigns USING (platform, account_id, campaign_id, currency)
    WHERE date BETWEEN $first AND $last AND date IN (FROM changed_days)
) AS found
LEFT JOIN campaigns AS stored ON stored.id = found.platform || ':' || found.campaign_id
