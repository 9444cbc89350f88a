-- Daily rows of Google Ads (GoogleAdsRow as the REST API writes it) -> the fields every platform shares.
-- Cost is in micros; conversion value is in units of the account's currency.
fields AS (
    SELECT
        file,
        line,
        line_no,
        -- Asking a struct whether it is NULL is slow; only rows without a campaign need to be asked.
        CASE WHEN j.campaign.id IS NOT NULL THEN false ELSE j IS NULL END AS is_unreadable,
        CASE
            WHEN j.metrics.impressions IS NOT NULL THEN NULL
            WHEN j IS NOT NULL AND json_type(line, '$.metrics') NOT IN ('OBJECT', 'NULL') THEN 'metrics is not an object'
        END AS shape_problem,
        part,
        unknown,
        odd_keys,
        names_metric,
        repeats_key,
        __aliases__ AS aliases,
        CASE
            WHEN j.customer.id IS NOT NULL THEN j.customer.id
            ELSE nullif(
                regexp_extract(coalesce(j.customer.resourceName, j.campaign.resourceName), '^customers/([0-9]+)', 1), ''
            )
        END AS row_account,
        j.customer.currencyCode AS row_currency,
        j.campaign.id AS campaign_id,
        j.campaign.name AS campaign_name,
        CASE
            WHEN j.adGroup.id IS NULL AND j.adGroup.resourceName IS NOT NULL
                THEN nullif(regexp_extract(j.adGroup.resourceName, 'adGroups/([0-9]+)', 1), '')
            ELSE j.adGroup.id
        END AS ad_group_id,
        j.adGroup.name AS ad_group_name,
        j.segments.date AS date_text,
        j.segments.date AS last_date_text,
        {'impressions': 'metrics.impressions', 'clicks': 'metrics.clicks', 'conversions': 'metrics.conversions',
         'spend': 'metrics.costMicros', 'revenue': 'metrics.conversionsValue'} AS named,
        NULL::VARCHAR AS sale_type,
        j.metrics.impressions AS impressions_text,
        j.metrics.clicks AS clicks_text,
        j.metrics.conversions AS conversions_text,
        j.metrics.costMicros AS spend_text,
        exact_money_from_micros(j.metrics.costMicros, exact_digits(line, 'costMicros', j.metrics.costMicros)) AS spend,
        j.metrics.conversionsValue AS revenue_text,
        exact_money_from_units(
            j.metrics.conversionsValue, exact_digits(line, 'conversionsValue', j.metrics.conversionsValue)
        ) AS revenue,
        CASE
            WHEN j.metrics.viewThroughConversions IS NULL
                THEN to_json({
                    'all_conversions': TRY_CAST(j.metrics.allConversions AS DOUBLE),
                    'all_conversions_value': TRY_CAST(j.metrics.allConversionsValue AS DOUBLE)
                })
            ELSE to_json({
                'all_conversions': TRY_CAST(j.metrics.allConversions AS DOUBLE),
                'all_conversions_value': TRY_CAST(j.metrics.allConversionsValue AS DOUBLE),
                'view_through_conversions': TRY_CAST(j.metrics.viewThroughConversions AS BIGINT)
            })
        END AS other_metrics
    FROM wire
)
