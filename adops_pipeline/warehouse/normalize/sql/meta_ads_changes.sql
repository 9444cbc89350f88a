-- Activities of Meta Ads -> changes of budgets, status and bids. Old and new value are in `extra_data`, a text of JSON:
-- budgets as minor units, alone or as an object with a label; status as Ads Manager's words. Newest first.
wire AS (
    SELECT file, line, line_no, TRY(from_json(line, '{
        "event_time": "VARCHAR", "event_type": "VARCHAR", "extra_data": "VARCHAR", "object_id": "VARCHAR"}')) AS j
    FROM lines
),
events AS (
    SELECT
        wire.*,
        regexp_replace(j.event_type, '^update_', '') AS kind,
        -- Unix seconds or ISO text.
        coalesce(utc_of_seconds(j.event_time), utc_of_iso(j.event_time)) AS changed_at,
        TRY(CAST(j.extra_data AS JSON)) AS extra,
        meta_exponent(pulls.currency) AS offset_exponent
    FROM wire
    JOIN batch_pulls AS pulls USING (file)
),
texts AS (
    SELECT
        *,
        -- A budget's value is an object of its own with the amount under the same name, or the amount itself.
        coalesce(extra ->> '$.old_value.old_value', extra ->> '$.old_value') AS old_text,
        coalesce(extra ->> '$.new_value.new_value', extra ->> '$.new_value') AS new_text,
        concat_ws(
            ' ', extra ->> '$.new_value.type', extra ->> '$.new_value.additional_value',
            extra ->> '$.old_value.type', extra ->> '$.old_value.additional_value'
        ) AS label
    FROM events
),
fields AS (
    SELECT
        file, line, line_no, changed_at, old_text, new_text,
        j IS NULL AS is_unreadable,
        1000000000 - line_no AS event_no,
        concat_ws(' ', j.event_type, j.event_time, j.extra_data) AS event_key,
        CASE WHEN starts_with(kind, 'campaign') THEN 'campaign' ELSE 'ad_group' END AS object,
        j.object_id AS object_id,
        CASE
            WHEN kind LIKE '%run_status' THEN 'status'
            WHEN kind NOT LIKE '%budget' THEN 'bid'
            WHEN contains(lower(label), 'lifetime') THEN 'lifetime_budget'
            ELSE 'daily_budget'
        END AS field,
        kind LIKE '%budget' AS is_amount,
        CASE
            WHEN kind LIKE '%budget'
                THEN CAST(money_from_units(concat(whole_number(old_text), offset_exponent)) AS VARCHAR)
            WHEN kind LIKE '%run_status' THEN activity_status(old_text)
            ELSE old_text
        END AS old_value,
        CASE
            WHEN kind LIKE '%budget'
                THEN CAST(money_from_units(concat(whole_number(new_text), offset_exponent)) AS VARCHAR)
            WHEN kind LIKE '%run_status' THEN activity_status(new_text)
            ELSE new_text
        END AS new_value
    FROM texts
    WHERE j IS NULL
        OR kind IN ('campaign_budget', 'ad_set_budget')
        OR kind IN ('ad_set_bidding', 'ad_set_bid_strategy', 'ad_set_bid_adjustments')
        -- Between two states there may be a passing one, such as "Pending Process", with an activity on both its sides.
        OR (
            kind IN ('campaign_run_status', 'ad_set_run_status')
            AND coalesce(activity_status(old_text), activity_status(new_text)) IS NOT NULL
        )
)
