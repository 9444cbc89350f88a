-- Accounts, campaigns and ad groups of Pinterest -> the fields every platform shares. Budgets are micros of the
-- account's currency; times are Unix seconds. `status` is what was switched, `summary_status` what it does.
wire AS (
    SELECT file, line, line_no, TRY(from_json(line, '{
        "id": "VARCHAR", "name": "VARCHAR", "campaign_id": "VARCHAR", "status": "VARCHAR",
        "summary_status": "VARCHAR", "objective_type": "VARCHAR", "daily_spend_cap": "VARCHAR",
        "lifetime_spend_cap": "VARCHAR", "budget_in_micro_currency": "VARCHAR", "budget_type": "VARCHAR",
        "bid_in_micro_currency": "VARCHAR",
        "start_time": "VARCHAR", "end_time": "VARCHAR", "created_time": "VARCHAR",
        "updated_time": "VARCHAR"}')) AS j
    FROM lines
),
-- Amounts and times in lists: DuckDB plans an expression in a list's lambda once, and a macro's for each of its values.
valued AS (
    SELECT
        *,
        list_transform(
            [
                CASE
                    WHEN $report = 'campaigns' THEN j.daily_spend_cap
                    WHEN j.budget_type = 'DAILY' THEN j.budget_in_micro_currency
                END,
                CASE
                    WHEN $report = 'campaigns' THEN j.lifetime_spend_cap
                    WHEN j.budget_type = 'LIFETIME' THEN j.budget_in_micro_currency
                END,
                j.bid_in_micro_currency
            ],
            lambda digits: budget_of(money_from_micros(digits))
        ) AS amounts,
        list_transform(
            [j.start_time, j.end_time, j.created_time, j.updated_time], lambda digits: utc_of_seconds(digits)
        ) AS moments
    FROM wire
),
fields AS (
    SELECT
        file,
        line,
        line_no,
        j IS NULL AS is_unreadable,
        j.id AS external_id,
        j.name AS name,
        CASE $report WHEN 'campaigns' THEN j.id ELSE j.campaign_id END AS campaign_id,
        coalesce(j.summary_status, j.status) AS platform_status,
        platform_status AS own_status,
        j.status AS second_status,
        j.objective_type AS objective,
        amounts[1] AS daily_budget,
        amounts[2] AS lifetime_budget,
        amounts[3] AS bid,
        false AS is_shared_budget,
        NULL::VARCHAR AS shared_budget_id,
        NULL::VARCHAR AS budget_id,
        NULL::TIMESTAMP AS starts_local,
        NULL::TIMESTAMP AS ends_local,
        moments[1] AS starts_utc,
        moments[2] AS ends_utc,
        moments[3] AS created_at,
        moments[4] AS unchanged_since
    FROM valued
)
