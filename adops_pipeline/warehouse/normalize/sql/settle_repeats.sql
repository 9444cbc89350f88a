-- Carefully read rows -> `staged`. Of rows of one pull for the same entity and day those repeated word for word become
-- one; of others the last stands and the rest are put aside with the reason. Only rows put aside keep their text.
INSERT INTO staged BY NAME
WITH ranked AS (
    SELECT
        *,
        row_number() OVER latest_first AS nth,
        first_value(line) OVER latest_first AS last_line
    FROM careful
    WINDOW latest_first AS (
        PARTITION BY reason IS NULL, pull_no, account_id, campaign_id, ad_group_id, date ORDER BY line_no DESC
    )
)
SELECT
    * EXCLUDE (line_no, line, nth, last_line)
    REPLACE (
        CASE
            WHEN reason IS NULL AND nth > 1 THEN 'a later row of the same pull speaks of the same day'
            ELSE reason
        END AS reason
    ),
    CASE WHEN reason IS NOT NULL OR nth > 1 THEN line END AS raw
FROM ranked
WHERE reason IS NOT NULL OR nth = 1 OR line <> last_line
