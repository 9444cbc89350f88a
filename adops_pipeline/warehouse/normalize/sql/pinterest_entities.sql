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
        budget_of(money_from_micros(
            CASE
                WHEN $report = 'campaigns' THEN j.daily_spend_cap
                WHEN j.budget_type = 'DAILY' THEN j.budget_in_micro_currency
            END
        )) AS daily_budget,
        budget_of(money_from_micros(
            CASE
                WHEN $report = 'campaigns' THEN j.lifetime_spend_cap
                WHEN j.budget_type = 'LIFETIME' THEN j.budget_in_micro_currency
            END
        )) AS lifetime_budget,
        budget_of(money_from_micros(j.bid_in_micro_currency)) AS bid,
        false AS is_shared_budget,
        NULL::VARCHAR AS shared_budget_id,
        NULL::VARCHAR AS budget_id,
        NULL::TIMESTAMP AS starts_local,
        NULL::TIMESTAMP AS ends_local,
        utc_of_seconds(j.start_time) AS starts_utc,
        utc_of_seconds(j.end_time) AS ends_utc,
        utc_of_seconds(j.created_time) AS created_at,
        utc_of_seconds(j.updated_time) AS unchanged_since
    FROM wire
)
