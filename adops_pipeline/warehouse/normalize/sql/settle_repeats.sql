-- Carefully read rows -> `staged`. Of rows of one pull for the same entity and day those repeated word for word become
-- one. Others are parts of that day where they differ by a key of which nothing is known; else the last stands, and the
-- rest are put aside with the reason. Only rows put aside keep their text.
INSERT INTO staged BY NAME
WITH ranked AS (
    SELECT
        *,
        row_number() OVER latest_first AS nth,
        first_value(line) OVER latest_first AS last_line,
        count(*) OVER latest_first AS repeats
    FROM careful
    WINDOW latest_first AS (
        PARTITION BY reason IS NULL, pull_no, account_id, campaign_id, ad_group_id, date ORDER BY line_no DESC
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
    )
),
unknown_keys AS (
    SELECT pull_no, account_id, campaign_id, ad_group_id, date, repeats, unnest(map_entries(unknown)) AS entry
    FROM ranked
    WHERE reason IS NULL AND repeats > 1
),
dividing AS (
    SELECT pull_no, account_id, campaign_id, ad_group_id, date, entry.key AS key
    FROM unknown_keys
    GROUP BY ALL
    HAVING count(DISTINCT entry.value) > 1 OR count(*) < any_value(repeats)
),
divided AS (
    SELECT pull_no, account_id, campaign_id, ad_group_id, date, string_agg(key, ', ' ORDER BY key) AS keys
    FROM dividing
    GROUP BY ALL
),
settled AS (
    SELECT
        ranked.* EXCLUDE (reason),
        CASE
            WHEN reason IS NOT NULL THEN reason
            WHEN divided.keys IS NOT NULL THEN part_reason(divided.keys)
            WHEN nth > 1 THEN 'a later row of the same pull speaks of the same day'
        END AS reason
    FROM ranked
    LEFT JOIN divided
        ON ranked.reason IS NULL
        AND (ranked.pull_no, ranked.account_id, ranked.campaign_id, ranked.ad_group_id, ranked.date)
            IS NOT DISTINCT FROM
            (divided.pull_no, divided.account_id, divided.campaign_id, divided.ad_group_id, divided.date)
)
SELECT
    * EXCLUDE (line_no, unknown, note, line, nth, last_line, repeats),
    CASE WHEN reason IS NOT NULL THEN line END AS raw
FROM settled
WHERE reason IS NULL OR nth = 1 OR line <> last_line OR NOT starts_with(reason, 'a later row')
UNION ALL BY NAME
-- The note of a row that is stored without a metric stands beside it, as a reject of that metric.
SELECT
    * EXCLUDE (line_no, unknown, reason, note, line, nth, last_line, repeats), note AS reason, line AS raw
FROM settled
WHERE reason IS NULL AND note IS NOT NULL AND nth = 1
