-- The judged rows with what is wrong with each, and with each of its metrics: `reason` says why a row cannot be taken,
-- naming field and value.
examined AS (
    SELECT
        *,
        CASE
            WHEN is_fine THEN NULL
            ELSE concat_ws(
                '; ',
                nullif(shape_problem, ''),
                part_reason(part),
                CASE WHEN repeats_key THEN 'the same key stands twice' END,
                CASE WHEN coalesce(campaign_text, '') = '' THEN 'campaign id is missing' END,
                identifier_problem('campaign id', campaign_text, campaign_id),
                CASE WHEN $level = 'ad_group' AND coalesce(ad_group_text, '') = '' THEN 'ad group id is missing' END,
                CASE
                    WHEN $level = 'ad_group' THEN identifier_problem('ad group id', ad_group_text, ad_group_id)
                    WHEN coalesce(ad_group_text, ad_group_name) IS NOT NULL
                        THEN concat(
                            'the row is of ad group ', left(coalesce(ad_group_text, ad_group_name), 60),
                            ', not of the whole campaign'
                        )
                END,
                identifier_problem('account id', account_text, row_account),
                CASE
                    WHEN date_text IS NULL THEN 'date is missing'
                    WHEN date IS NULL OR length(date_text) <> 10 THEN concat('date is not a day: ', left(date_text, 60))
                    WHEN date NOT BETWEEN range_start AND range_end
                        THEN concat('date ', date, ' is outside the pulled days ', range_start, '..', range_end)
                    WHEN date_text IS DISTINCT FROM last_date_text
                        THEN concat('the row covers several days: ', date_text, '..', last_date_text)
                END,
                CASE
                    WHEN row_account <> account_id
                        THEN concat('the row is of account ', row_account, ', pulled was ', account_id)
                END,
                CASE
                    WHEN currency IS NULL OR currency = 'UNK' THEN 'currency is unknown'
                    WHEN NOT regexp_full_match(currency, '[A-Z]{3}')
                        THEN concat('currency is not an ISO 4217 code: ', left(currency, 60))
                END,
                CASE
                    WHEN coalesce(impressions_text, clicks_text, spend_text, conversions_text, revenue_text) IS NULL
                        AND NOT coalesce(names_metric, false)
                        AND concat(misnamed, shape_problem) = ''
                        THEN concat_ws(
                            ', ', 'the row has no metric that is read: ' || named.impressions, named.clicks, named.spend
                        )
                END,
                nullif(misnamed, '')
            )
        END AS row_problems,
        CASE
            WHEN NOT is_fine
                THEN concat_ws(
                    '; ',
                    number_problem(named.impressions, impressions_text, impressions),
                    number_problem(named.clicks, clicks_text, clicks)
                )
        END AS count_problems,
        CASE WHEN NOT is_fine THEN number_problem(named.spend, spend_text, spend) END AS spend_problem,
        CASE
            WHEN NOT is_fine
                THEN concat_ws(
                    '; ',
                    number_problem(concat_ws(' ', named.conversions, sale_type), conversions_text, conversions),
                    number_problem(concat_ws(' ', named.revenue, sale_type), revenue_text, revenue)
                )
        END AS sale_problems
    FROM judged
)
SELECT
__taken__
    CASE WHEN cardinality(unknown) > 0 THEN unknown END AS unknown,
    -- Spend is what a row is for: without it the row is put aside, while another metric that cannot be taken is NULL, and
    -- noted.
    CASE
        WHEN is_fine THEN NULL
        WHEN is_unreadable THEN 'the row is not JSON'
        WHEN NOT starts_with(ltrim(line), '{') THEN 'the row is not a JSON object'
        WHEN row_problems = '' AND spend_problem IS NULL AND concat(count_problems, sale_problems) <> '' THEN NULL
        ELSE coalesce(
            nullif(
                concat_ws(
                    '; ', nullif(row_problems, ''), nullif(count_problems, ''), spend_problem, nullif(sale_problems, '')
                ),
                ''
            ),
            'the row cannot be read'
        )
    END AS reason,
    CASE
        WHEN NOT is_fine AND reason IS NULL
            THEN concat_ws('; ', nullif(count_problems, ''), nullif(sale_problems, ''), 'the rest of the row is stored')
    END AS note,
    line
FROM examined
