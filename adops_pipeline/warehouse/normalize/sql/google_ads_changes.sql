-- Change events of Google Ads -> changes of budgets, status and bids, one for each changed field. Amounts are micros;
-- times are local times of the account. Only fields that changed are in the resources.
wire AS (
    SELECT file, line, line_no, TRY(from_json(line, '{"changeEvent": {
        "resourceName": "VARCHAR", "changeDateTime": "VARCHAR", "changeResourceType": "VARCHAR",
        "changeResourceName": "VARCHAR", "resourceChangeOperation": "VARCHAR",
        "oldResource": {
            "campaign": {"status": "VARCHAR", "targetCpa": {"targetCpaMicros": "VARCHAR"},
                "maximizeConversions": {"targetCpaMicros": "VARCHAR"}},
            "campaignBudget": {"amountMicros": "VARCHAR", "totalAmountMicros": "VARCHAR"},
            "adGroup": {"status": "VARCHAR", "cpcBidMicros": "VARCHAR", "targetCpaMicros": "VARCHAR"}},
        "newResource": {
            "campaign": {"status": "VARCHAR", "targetCpa": {"targetCpaMicros": "VARCHAR"},
                "maximizeConversions": {"targetCpaMicros": "VARCHAR"}},
            "campaignBudget": {"amountMicros": "VARCHAR", "totalAmountMicros": "VARCHAR"},
            "adGroup": {"status": "VARCHAR", "cpcBidMicros": "VARCHAR", "targetCpaMicros": "VARCHAR"}}
        }}')) AS j
    FROM lines
),
events AS (
    SELECT
        wire.* EXCLUDE (j),
        j IS NULL AS is_unreadable,
        j.changeEvent AS e,
        TRY_CAST(j.changeEvent.changeDateTime AS TIMESTAMP) AT TIME ZONE pulls.timezone AT TIME ZONE 'UTC' AS changed_at
    FROM wire
    JOIN batch_pulls AS pulls USING (file)
),
texts AS (
    SELECT
        * EXCLUDE (e),
        e.resourceName AS event_key,
        CASE e.changeResourceType WHEN 'CAMPAIGN_BUDGET' THEN 'budget' WHEN 'AD_GROUP' THEN 'ad_group' ELSE 'campaign' END
            AS object,
        nullif(regexp_extract(e.changeResourceName, '/(?:campaigns|campaignBudgets|adGroups)/([0-9]+)$', 1), '')
            AS object_id,
        unnest([
            {'field': 'status', 'is_amount': false, 'old_text': coalesce(
                e.oldResource.campaign.status, e.oldResource.adGroup.status),
             'new_text': CASE
                WHEN e.resourceChangeOperation = 'REMOVE' AND object <> 'budget' THEN 'REMOVED'
                ELSE coalesce(e.newResource.campaign.status, e.newResource.adGroup.status)
             END},
            {'field': 'daily_budget', 'is_amount': true, 'old_text': e.oldResource.campaignBudget.amountMicros,
             'new_text': e.newResource.campaignBudget.amountMicros},
            {'field': 'lifetime_budget', 'is_amount': true, 'old_text': e.oldResource.campaignBudget.totalAmountMicros,
             'new_text': e.newResource.campaignBudget.totalAmountMicros},
            {'field': 'bid', 'is_amount': true, 'old_text': coalesce(
                e.oldResource.campaign.targetCpa.targetCpaMicros,
                e.oldResource.campaign.maximizeConversions.targetCpaMicros,
                e.oldResource.adGroup.targetCpaMicros, e.oldResource.adGroup.cpcBidMicros),
             'new_text': coalesce(
                e.newResource.campaign.targetCpa.targetCpaMicros,
                e.newResource.campaign.maximizeConversions.targetCpaMicros,
                e.newResource.adGroup.targetCpaMicros, e.newResource.adGroup.cpcBidMicros)}
        ], recursive := true)
    FROM events
),
fields AS (
    SELECT
        *,
        line_no AS event_no,
        CASE WHEN is_amount THEN CAST(money_from_micros(old_text) AS VARCHAR) ELSE unified_status(old_text) END
            AS old_value,
        CASE WHEN is_amount THEN CAST(money_from_micros(new_text) AS VARCHAR) ELSE unified_status(new_text) END
            AS new_value
    FROM texts
    WHERE new_text IS NOT NULL OR is_unreadable OR changed_at IS NULL
)
