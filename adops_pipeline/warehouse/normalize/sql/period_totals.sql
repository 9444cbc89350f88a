-- Totals of periods of every platform -> `staged`: spend by campaign, judged. Google and Pinterest write micros.
-- Parts of a campaign are added up; the same row once more is a repeated page, and counts once.
wire AS (
    SELECT DISTINCT file, line, TRY(CAST(line AS JSON)) AS j FROM lines
),
texts AS (
    SELECT
        file,
        line,
        j IS NULL AS is_unreadable,
        CASE $platform
            WHEN 'google-ads' THEN j ->> '$.campaign.id'
            WHEN 'meta-ads' THEN j ->> '$.campaign_id'
            ELSE j ->> '$.CAMPAIGN_ID'
        END AS campaign_id,
        CASE $platform
            WHEN 'google-ads' THEN j ->> '$.metrics.costMicros'
            WHEN 'meta-ads' THEN j ->> '$.spend'
            ELSE j ->> '$.SPEND_IN_MICRO_DOLLAR'
        END AS spend_text
    FROM wire
),
amounts AS (
    SELECT
        *,
        CASE WHEN $platform = 'meta-ads' THEN money_from_units(spend_text) ELSE money_from_micros(spend_text) END AS spend
    FROM texts
)
SELECT
    pull_no,
    account_id,
    identifier(campaign_id) AS campaign_id,
    coalesce(spend, 0) AS spend,
    NULL::DATE AS date,
    CASE
        WHEN is_unreadable THEN 'the row is not JSON'
        WHEN coalesce(amounts.campaign_id, '') = '' THEN 'campaign id is missing'
        WHEN identifier(amounts.campaign_id) IS NULL THEN identifier_problem('campaign id', amounts.campaign_id, NULL)
        ELSE number_problem('spend', spend_text, spend)
    END AS reason,
    CASE WHEN reason IS NOT NULL THEN line END AS raw
FROM amounts
JOIN batch_pulls AS pulls USING (file)
