-- The fields of every row -> typed, judged rows: `reason` says why a row cannot be taken, naming field and value.
numbered AS (
    SELECT
        fields.* EXCLUDE (row_account, campaign_id, ad_group_id),
        identifier(fields.campaign_id) AS campaign_id,
        identifier(fields.ad_group_id) AS ad_group_id,
        identifier(fields.row_account) AS row_account,
        fields.campaign_id AS campaign_text,
        fields.ad_group_id AS ad_group_text,
        nullif(trim(fields.row_account), '') AS account_text,
        pulls.pull_no,
        pulls.range_start,
        pulls.range_end,
        pulls.account_id AS pull_account,
        coalesce(pulls.account_id, identifier(fields.row_account)) AS account_id,
        upper(coalesce(nullif(row_currency, ''), pulls.currency)) AS currency,
        TRY_CAST(date_text AS DATE) AS date,
        whole_number(impressions_text) AS impressions,
        whole_number(clicks_text) AS clicks,
        real_number(conversions_text) AS conversions,
        CASE
            WHEN odd_keys IS NOT NULL
                THEN concat_ws(
                    '; ',
                    name_problem(named.impressions, impressions_text, odd_keys, aliases.impressions),
                    name_problem(named.clicks, clicks_text, odd_keys, aliases.clicks),
                    name_problem(named.spend, spend_text, odd_keys, aliases.spend),
                    name_problem(named.conversions, conversions_text, odd_keys, aliases.conversions),
                    name_problem(named.revenue, revenue_text, odd_keys, aliases.revenue)
                )
        END AS misnamed
    FROM fields
    JOIN batch_pulls AS pulls USING (file)
),
judged AS (
    SELECT
        *,
        coalesce(
            NOT is_unreadable
                AND coalesce(shape_problem, '') = ''
                AND part IS NULL
                AND NOT coalesce(repeats_key, false)
                AND (coalesce(impressions_text, clicks_text, spend_text, conversions_text, revenue_text) IS NOT NULL OR names_metric)
                AND (odd_keys IS NULL OR coalesce(misnamed, '') = '')
                AND campaign_id <> ''
                AND CASE WHEN $level = 'campaign' THEN coalesce(ad_group_text, ad_group_name) IS NULL ELSE ad_group_id <> '' END
                AND date BETWEEN range_start AND range_end
                AND length(date_text) = 10
                AND date_text IS NOT DISTINCT FROM last_date_text
                AND (account_text IS NULL OR row_account = account_id)
                AND regexp_full_match(currency, '[A-Z]{3}')
                AND currency <> 'UNK'
                AND (impressions >= 0 OR impressions_text IS NULL)
                AND (clicks >= 0 OR clicks_text IS NULL)
                AND (conversions >= 0 OR conversions_text IS NULL)
                AND (spend >= 0 OR spend_text IS NULL)
                AND (revenue >= 0 OR revenue_text IS NULL)
                -- Read quickly, a row has no line to take exact digits from.
                AND (line IS NOT NULL OR (digits_survive(spend_text) AND digits_survive(revenue_text))),
            false
        ) AS is_fine
    FROM numbered
)
