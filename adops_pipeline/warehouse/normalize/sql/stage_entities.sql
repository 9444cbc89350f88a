-- The fields of every entity -> `staged`: judged, with unified status and dates in the account's time zone. Of rows for
-- one id in a pull the last stands.
dated AS (
    SELECT
        fields.* EXCLUDE (file, external_id, campaign_id),
        identifier(fields.external_id) AS external_id,
        identifier(fields.campaign_id) AS campaign_id,
        pulls.pull_no,
        pulls.account_id,
        pulls.currency,
        pulls.timezone,
        pulls.pulled_at,
        CAST(coalesce(starts_local, local_time(starts_utc, pulls.timezone)) AS DATE) AS start_date,
        -- A flight that ends at midnight has the day before as its last.
        CAST(coalesce(ends_local, local_time(ends_utc, pulls.timezone)) - INTERVAL 1 SECOND AS DATE) AS end_date,
        pulls.pulled_on,
        coalesce(unified_status(own_status), unified_status(second_status), 'paused') AS set_status,
        CASE
            WHEN is_unreadable THEN 'the row is not JSON'
            WHEN NOT starts_with(ltrim(line), '{') THEN 'the row is not a JSON object'
            WHEN coalesce(fields.external_id, '') = '' THEN 'id is missing'
            WHEN identifier(fields.external_id) IS NULL THEN identifier_problem('id', fields.external_id, NULL)
            WHEN $report = 'ad_groups' AND coalesce(fields.campaign_id, '') = '' THEN 'campaign id is missing'
            WHEN $report = 'ad_groups' AND identifier(fields.campaign_id) IS NULL
                THEN identifier_problem('campaign id', fields.campaign_id, NULL)
        END AS reason
    FROM fields
    JOIN batch_pulls AS pulls USING (file)
)
SELECT
    pull_no, account_id, external_id, campaign_id, name,
    CASE WHEN set_status = 'active' AND end_date < pulled_on THEN 'ended' ELSE set_status END AS status,
    platform_status, objective, daily_budget, lifetime_budget, bid, is_shared_budget, shared_budget_id, budget_id,
    currency, timezone, start_date, end_date, created_at, unchanged_since,
    pulled_at, NULL::DATE AS date, reason, CASE WHEN reason IS NOT NULL THEN line END AS raw
FROM dated
QUALIFY reason IS NOT NULL
    OR row_number() OVER (PARTITION BY reason IS NULL, account_id, external_id ORDER BY line_no DESC) = 1
