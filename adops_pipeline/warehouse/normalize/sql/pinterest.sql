-- Daily rows of Pinterest (ads analytics) -> the fields every platform shares. Money is in micros of the account's
-- currency, whatever the column's name says. Suffix _1 is paid, _2 earned; which of them counts is an option.
fields AS (
    SELECT
        file,
        line,
        line_no,
        CASE WHEN j.CAMPAIGN_ID IS NOT NULL THEN false ELSE j IS NULL END AS is_unreadable,
        NULL::VARCHAR AS shape_problem,
        part,
        unknown,
        odd_keys,
        names_metric,
        repeats_key,
        __aliases__ AS aliases,
        j.AD_ACCOUNT_ID AS row_account,
        NULL::VARCHAR AS row_currency,
        j.CAMPAIGN_ID AS campaign_id,
        j.CAMPAIGN_NAME AS campaign_name,
        j.AD_GROUP_ID AS ad_group_id,
        j.AD_GROUP_NAME AS ad_group_name,
        j.DATE AS date_text,
        j.DATE AS last_date_text,
        {
            'impressions': CASE $pinterest_traffic
                WHEN 'paid' THEN 'PAID_IMPRESSION' WHEN 'earned' THEN 'IMPRESSION_2' ELSE 'TOTAL_IMPRESSION'
            END,
            'clicks': CASE $pinterest_traffic
                WHEN 'paid' THEN 'CLICKTHROUGH_1' WHEN 'earned' THEN 'CLICKTHROUGH_2' ELSE 'TOTAL_CLICKTHROUGH'
            END,
            'conversions': 'TOTAL_CHECKOUT',
            'spend': CASE
                WHEN j.SPEND_IN_MICRO_DOLLAR IS NULL AND j.SPEND_IN_DOLLAR IS NOT NULL THEN 'SPEND_IN_DOLLAR'
                ELSE 'SPEND_IN_MICRO_DOLLAR'
            END,
            'revenue': 'TOTAL_CHECKOUT_VALUE_IN_MICRO_DOLLAR'
        } AS named,
        NULL::VARCHAR AS sale_type,
        CASE $pinterest_traffic
            WHEN 'paid' THEN coalesce(j.PAID_IMPRESSION, j.IMPRESSION_1)
            WHEN 'earned' THEN j.IMPRESSION_2
            ELSE coalesce(j.TOTAL_IMPRESSION, sum_of_counts(coalesce(j.PAID_IMPRESSION, j.IMPRESSION_1), j.IMPRESSION_2))
        END AS impressions_text,
        CASE $pinterest_traffic
            WHEN 'paid' THEN j.CLICKTHROUGH_1
            WHEN 'earned' THEN j.CLICKTHROUGH_2
            ELSE coalesce(j.TOTAL_CLICKTHROUGH, sum_of_counts(j.CLICKTHROUGH_1, j.CLICKTHROUGH_2))
        END AS clicks_text,
        j.TOTAL_CHECKOUT AS conversions_text,
        coalesce(j.SPEND_IN_MICRO_DOLLAR, j.SPEND_IN_DOLLAR) AS spend_text,
        CASE
            WHEN j.SPEND_IN_MICRO_DOLLAR IS NULL AND j.SPEND_IN_DOLLAR IS NOT NULL
                THEN exact_money_from_units(j.SPEND_IN_DOLLAR, exact_digits(line, 'SPEND_IN_DOLLAR', j.SPEND_IN_DOLLAR))
            ELSE exact_money_from_micros(
                j.SPEND_IN_MICRO_DOLLAR, exact_digits(line, 'SPEND_IN_MICRO_DOLLAR', j.SPEND_IN_MICRO_DOLLAR)
            )
        END AS spend,
        j.TOTAL_CHECKOUT_VALUE_IN_MICRO_DOLLAR AS revenue_text,
        exact_money_from_micros(
            j.TOTAL_CHECKOUT_VALUE_IN_MICRO_DOLLAR, exact_digits(line, 'TOTAL_CHECKOUT_VALUE_IN_MICRO_DOLLAR', j.TOTAL_CHECKOUT_VALUE_IN_MICRO_DOLLAR)
        ) AS revenue,
        to_json({
            'impressions_paid': TRY_CAST(coalesce(j.PAID_IMPRESSION, j.IMPRESSION_1) AS BIGINT),
            'impressions_earned': TRY_CAST(j.IMPRESSION_2 AS BIGINT),
            'clicks_paid': TRY_CAST(j.CLICKTHROUGH_1 AS BIGINT),
            'clicks_earned': TRY_CAST(j.CLICKTHROUGH_2 AS BIGINT),
            'outbound_clicks_paid': TRY_CAST(j.OUTBOUND_CLICK_1 AS BIGINT),
            'outbound_clicks_earned': TRY_CAST(j.OUTBOUND_CLICK_2 AS BIGINT)
        }) AS other_metrics
    FROM wire
)
