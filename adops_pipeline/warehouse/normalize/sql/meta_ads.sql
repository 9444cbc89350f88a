-- Daily rows of Meta Ads (insights, one day each) -> the fields every platform shares. Every metric is a string in units
-- of the account's currency, absent when zero. One sale is reported under several action types: the first type (or
-- disjoint types joined by +) of the priority that a row has is taken, and its value from the same type.
typed AS (
    SELECT
        *,
        list_transform(j.actions, lambda a: a.action_type) AS action_types,
        list_transform(j.action_values, lambda a: a.action_type) AS value_types
    FROM wire
),
chosen AS (
    SELECT
        *,
        CASE
            WHEN list_contains(action_types, $purchase_priority[1]) THEN $purchase_priority[1]
            WHEN list_has_any(action_types, $purchase_types) THEN first_of_priority($purchase_priority, action_types)
            WHEN list_has_any(value_types, $purchase_types) THEN first_of_priority($purchase_priority, value_types)
        END AS purchase_type
    FROM typed
),
sales AS (
    SELECT
        *,
        action_value(j.actions, action_types, purchase_type) AS conversions_text,
        action_value(j.action_values, value_types, purchase_type) AS revenue_text,
        CASE
            WHEN len(j.outbound_clicks) > 1
                THEN action_value(
                    j.outbound_clicks,
                    list_transform(j.outbound_clicks, lambda a: a.action_type),
                    'outbound_click'
                )
            ELSE j.outbound_clicks[1].value
        END AS outbound_clicks_text,
        len(j.outbound_clicks) > 1
            OR stands_again(action_types, purchase_type)
            OR stands_again(value_types, purchase_type) AS is_divided
    FROM chosen
),
fields AS (
    SELECT
        file,
        line,
        line_no,
        CASE WHEN j.campaign_id IS NOT NULL THEN false ELSE j IS NULL END AS is_unreadable,
        CASE
            -- A type that stands again is divided by device or the like, or it was written twice: the line tells.
            WHEN is_divided AND line IS NULL THEN 'to be read carefully'
            WHEN is_divided AND (holds_twice(line, '$.actions[*]') OR holds_twice(line, '$.action_values[*]'))
                THEN concat('the same entry of ', purchase_type, ' stands twice')
            WHEN is_divided AND holds_twice(line, '$.outbound_clicks[*]')
                THEN 'the same entry of outbound_clicks stands twice'
            WHEN action_types IS NOT NULL AND value_types IS NOT NULL THEN NULL
            WHEN contains(line, '"action') AND j IS NOT NULL
                THEN concat_ws(
                    '; ',
                    CASE
                        WHEN action_types IS NULL AND json_type(line, '$.actions') <> 'NULL'
                            THEN 'actions is not a list'
                    END,
                    CASE
                        WHEN value_types IS NULL AND json_type(line, '$.action_values') <> 'NULL'
                            THEN 'action_values is not a list'
                    END
                )
        END AS shape_problem,
        part,
        unknown,
        odd_keys,
        names_metric,
        repeats_key,
        __aliases__ AS aliases,
        CASE WHEN starts_with(j.account_id, 'act_') THEN substr(j.account_id, 5) ELSE j.account_id END AS row_account,
        j.account_currency AS row_currency,
        j.campaign_id AS campaign_id,
        j.campaign_name AS campaign_name,
        j.adset_id AS ad_group_id,
        j.adset_name AS ad_group_name,
        j.date_start AS date_text,
        j.date_stop AS last_date_text,
        {'impressions': 'impressions', 'clicks': $meta_clicks, 'conversions': 'actions',
         'spend': 'spend', 'revenue': 'action_values'} AS named,
        purchase_type AS sale_type,
        j.impressions AS impressions_text,
        CASE $meta_clicks WHEN 'clicks' THEN j.clicks ELSE j.inline_link_clicks END AS clicks_text,
        conversions_text,
        j.spend AS spend_text,
        exact_money_from_units(j.spend, exact_digits(line, 'spend', j.spend)) AS spend,
        revenue_text,
        exact_money_from_units(revenue_text, exact_revenue(line, purchase_type)) AS revenue,
        to_json({
            'reach': TRY_CAST(j.reach AS BIGINT),
            'clicks': TRY_CAST(j.clicks AS BIGINT),
            'inline_link_clicks': TRY_CAST(j.inline_link_clicks AS BIGINT),
            'outbound_clicks': TRY_CAST(outbound_clicks_text AS BIGINT),
            'purchase_type': purchase_type
        }) AS other_metrics
    FROM sales
)
