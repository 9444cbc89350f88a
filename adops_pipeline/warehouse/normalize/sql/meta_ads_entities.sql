-- Accounts, campaigns and ad sets of Meta Ads -> the fields every platform shares. Budgets are whole minor units of the
-- account's currency; some currencies have none (developers.facebook.com/docs/marketing-api/currencies: offset 1).
wire AS (
    SELECT file, line, line_no, TRY(from_json(line, '{
        "id": "VARCHAR", "account_id": "VARCHAR", "name": "VARCHAR", "campaign_id": "VARCHAR", "status": "VARCHAR",
        "effective_status": "VARCHAR", "objective": "VARCHAR", "daily_budget": "VARCHAR",
        "lifetime_budget": "VARCHAR", "bid_amount": "VARCHAR", "start_time": "VARCHAR", "stop_time": "VARCHAR", "end_time": "VARCHAR",
        "created_time": "VARCHAR"}')) AS j
    FROM lines
),
-- A step of its own for each: DuckDB copies an alias into every place where a macro uses it, and plans each copy.
scaled AS (
    SELECT
        wire.*,
        meta_exponent(pulls.currency) AS offset_exponent
    FROM wire
    JOIN batch_pulls AS pulls USING (file)
),
amounts AS (
    SELECT
        scaled.*,
        list_transform(
            [j.daily_budget, j.lifetime_budget, j.bid_amount],
            lambda digits: budget_of(money_from_units(concat(whole_number(digits), offset_exponent)))
        ) AS amounts
    FROM scaled
),
fields AS (
    SELECT
        file,
        line,
        line_no,
        j IS NULL AS is_unreadable,
        CASE $report WHEN 'accounts' THEN regexp_replace(coalesce(j.account_id, j.id), '^act_', '') ELSE j.id END
            AS external_id,
        j.name AS name,
        CASE $report WHEN 'campaigns' THEN j.id ELSE j.campaign_id END AS campaign_id,
        -- An ad set is as it was set itself: that its campaign is paused is the campaign's business.
        CASE $report WHEN 'campaigns' THEN j.effective_status ELSE j.status END AS own_status,
        CASE $report WHEN 'campaigns' THEN j.status ELSE j.effective_status END AS second_status,
        coalesce(j.effective_status, j.status) AS platform_status,
        j.objective AS objective,
        amounts[1] AS daily_budget,
        amounts[2] AS lifetime_budget,
        CASE $report WHEN 'ad_groups' THEN amounts[3] END AS bid,
        false AS is_shared_budget,
        NULL::VARCHAR AS shared_budget_id,
        NULL::VARCHAR AS budget_id,
        NULL::TIMESTAMP AS starts_local,
        NULL::TIMESTAMP AS ends_local,
        utc_of_iso(j.start_time) AS starts_utc,
        utc_of_iso(coalesce(j.stop_time, j.end_time)) AS ends_utc,
        utc_of_iso(j.created_time) AS created_at,
        -- Its log of changes tells more than the time of the last one.
        NULL::TIMESTAMP AS unchanged_since
    FROM amounts
)
