-- Accounts, campaigns and ad groups of Google Ads (GoogleAdsRow) -> the fields every platform shares. Budgets are
-- micros on a resource of their own, which several campaigns may share. Flights are local times of the account.
wire AS (
    SELECT file, line, line_no, TRY(from_json(line, '{
        "customer": {"id": "VARCHAR", "descriptiveName": "VARCHAR"},
        "customerClient": {"id": "VARCHAR", "descriptiveName": "VARCHAR"},
        "campaign": {
            "id": "VARCHAR", "name": "VARCHAR", "status": "VARCHAR", "servingStatus": "VARCHAR",
            "advertisingChannelType": "VARCHAR", "biddingStrategyType": "VARCHAR", "startDateTime": "VARCHAR", "endDateTime": "VARCHAR"
        },
        "campaignBudget": {
            "id": "VARCHAR", "resourceName": "VARCHAR", "amountMicros": "VARCHAR", "totalAmountMicros": "VARCHAR",
            "explicitlyShared": "VARCHAR"
        },
        "adGroup": {"id": "VARCHAR", "name": "VARCHAR", "status": "VARCHAR", "cpcBidMicros": "VARCHAR"}}')) AS j
    FROM lines
),
-- In a list, because DuckDB plans what a lambda does once, and a macro for each of its values.
valued AS (
    SELECT
        *,
        list_transform(
            [j.campaignBudget.amountMicros, j.campaignBudget.totalAmountMicros, j.adGroup.cpcBidMicros],
            lambda digits: budget_of(money_from_micros(digits))
        ) AS amounts
    FROM wire
),
fields AS (
    SELECT
        file,
        line,
        line_no,
        j IS NULL AS is_unreadable,
        CASE $report
            WHEN 'accounts' THEN coalesce(j.customerClient.id, j.customer.id)
            WHEN 'campaigns' THEN j.campaign.id
            ELSE j.adGroup.id
        END AS external_id,
        CASE $report
            WHEN 'accounts' THEN coalesce(j.customerClient.descriptiveName, j.customer.descriptiveName)
            WHEN 'campaigns' THEN j.campaign.name
            ELSE j.adGroup.name
        END AS name,
        j.campaign.id AS campaign_id,
        CASE $report WHEN 'campaigns' THEN j.campaign.status ELSE j.adGroup.status END AS own_status,
        CASE $report WHEN 'campaigns' THEN j.campaign.servingStatus END AS second_status,
        own_status AS platform_status,
        j.campaign.advertisingChannelType AS objective,
        amounts[1] AS daily_budget,
        amounts[2] AS lifetime_budget,
        -- Used by campaigns whose bids are set by hand; others report what was set once.
        CASE WHEN j.campaign.biddingStrategyType = 'MANUAL_CPC' THEN amounts[3] END AS bid,
        coalesce(j.campaignBudget.explicitlyShared = 'true', false) AS is_shared_budget,
        coalesce(
            j.campaignBudget.id,
            nullif(regexp_extract(j.campaignBudget.resourceName, 'campaignBudgets/([0-9]+)', 1), '')
        ) AS budget_id,
        CASE WHEN is_shared_budget THEN budget_id END AS shared_budget_id,
        CASE $report WHEN 'campaigns' THEN TRY_CAST(j.campaign.startDateTime AS TIMESTAMP) END AS starts_local,
        -- Google writes this day where no end is set.
        CASE
            WHEN $report = 'campaigns' AND NOT starts_with(j.campaign.endDateTime, '2037-12-30')
                THEN TRY_CAST(j.campaign.endDateTime AS TIMESTAMP)
        END AS ends_local,
        NULL::TIMESTAMP AS starts_utc,
        NULL::TIMESTAMP AS ends_utc,
        NULL::TIMESTAMP AS created_at,
        NULL::TIMESTAMP AS unchanged_since
    FROM valued
)
