-- Changes of every platform -> `staged`: judged, with the day in the account's time zone. A change that a page repeats
-- counts once. Days outside the pull's range belong to another pull.
judged AS (
    SELECT
        fields.*,
        pulls.pull_no,
        pulls.account_id,
        pulls.range_start,
        pulls.range_end,
        local_day(changed_at, pulls.timezone) AS date,
        CASE
            WHEN is_unreadable THEN 'the row is not JSON'
            WHEN NOT starts_with(ltrim(line), '{') THEN 'the row is not a JSON object'
            WHEN changed_at IS NULL THEN 'the time of the change is missing'
            WHEN coalesce(object_id, '') = '' THEN 'the id of the changed object is missing'
            WHEN is_amount AND new_value IS NULL AND new_text IS NOT NULL
                THEN concat('the new value is not an amount: ', left(new_text, 60))
        END AS reason
    FROM fields
    JOIN batch_pulls AS pulls USING (file)
)
SELECT
    pull_no, account_id, object, object_id, changed_at, date, event_no, field, old_value, new_value, reason,
    CASE WHEN reason IS NOT NULL THEN line END AS raw
FROM judged
WHERE reason IS NOT NULL OR date BETWEEN range_start AND range_end
QUALIFY reason IS NOT NULL
    OR row_number() OVER (PARTITION BY reason IS NULL, account_id, object_id, field, event_key ORDER BY line_no) = 1
