-- Daily rows of Meta Ads (insights, one day each) -> the fields every platform shares. Every metric is a string in units
-- of the account's currency, absent when zero. One sale is reported under several action types: the first type (or
-- disjoint types joined by +) of the priority that a row has is taken, and its value from the same type.
wire AS (
    SELECT file, line, line_no, TRY(from_json(line, '{
        "account_id": "VARCHAR", "account_currency": "VARCHAR", "campaign_id": "VARCHAR", "campaign_name": "VARCHAR",
        "adset_id": "VARCHAR", "adset_name": "VARCHAR", "date_start": "VARCHAR", "date_stop": "VARCHAR",
        "spend": "VARCHAR", "impressions": "VARCHAR", "reach": "VARCHAR", "clicks": "VARCHAR",
        "inline_link_clicks": "VARCHAR",
        "outbound_clicks": [{"action_type": "VARCHAR", "value": "VARCHAR"}],
        "actions": [{"action_type": "VARCHAR", "value": "VARCHAR"}],
        "action_values": [{"action_type": "VARCHAR", "value": "VARCHAR"}]}')) AS j
    FROM lines
),
typed AS (
    SELECT
        file,
        line,
        line_no,
        j,
        CASE
            WHEN list_has_any(list_transform(j.actions, lambda a: a.action_type), $purchase_types)
                THEN list_transform(j.actions, lambda a: a.action_type)
            WHEN list_has_any(list_transform(j.action_values, lambda a: a.action_type), $purchase_types)
                THEN list_transform(j.action_values, lambda a: a.action_type)
        END AS seen_types
    FROM wire
),
chosen AS (
    SELECT
        *,
        CASE
            WHEN seen_types IS NULL THEN NULL
            WHEN list_contains(seen_types, $purchase_priority[1]) THEN $purchase_priority[1]
            ELSE list_filter(
                $purchase_priority, lambda joined: list_has_any(string_split(joined, '+'), seen_types)
            )[1]
        END AS purchase_type
    FROM typed
),
sales AS (
    SELECT *,
        CASE WHEN purchase_type IS NOT NULL THEN sum_of_actions(j.actions, purchase_type) END AS conversions_text,
        CASE WHEN purchase_type IS NOT NULL THEN sum_of_actions(j.action_values, purchase_type) END AS revenue_text
    FROM chosen
),
fields AS (
    SELECT
        file,
        line,
        line_no,
        j IS NULL AS is_unreadable,
        coalesce(
            CASE
                WHEN j IS NULL OR j.actions IS NOT NULL OR NOT contains(line, '"actions"') THEN NULL
                WHEN json_type(line, '$.actions') <> 'NULL' THEN 'actions is not a list'
            END,
            CASE
                WHEN j IS NULL OR j.action_values IS NOT NULL OR NOT contains(line, '"action_values"') THEN NULL
                WHEN json_type(line, '$.action_values') <> 'NULL' THEN 'action_values is not a list'
            END
        ) AS shape_problem,
        regexp_replace(j.account_id, '^act_', '') AS row_account,
        j.account_currency AS row_currency,
        j.campaign_id AS campaign_id,
        j.campaign_name AS campaign_name,
        j.adset_id AS ad_group_id,
        j.adset_name AS ad_group_name,
        j.date_start AS date_text,
        j.date_stop AS last_date_text,
        {'impressions': 'impressions', 'clicks': $meta_clicks, 'conversions': concat('actions ', purchase_type),
         'spend': 'spend', 'revenue': concat('action_values ', purchase_type)} AS named,
        j.impressions AS impressions_text,
        CASE $meta_clicks WHEN 'clicks' THEN j.clicks ELSE j.inline_link_clicks END AS clicks_text,
        conversions_text,
        j.spend AS spend_text,
        money_from_units(exact_digits(line, 'spend', j.spend)) AS spend,
        revenue_text,
        money_from_units(exact_action_values(line, revenue_text, purchase_type)) AS revenue,
        concat_ws(
            ',',
            json_member('reach', j.reach),
            json_member('clicks', j.clicks),
            json_member('inline_link_clicks', j.inline_link_clicks),
            json_member('outbound_clicks', j.outbound_clicks[1].value),
            '"purchase_type":' || to_json(purchase_type)
        ) AS other_metrics
    FROM sales
)
