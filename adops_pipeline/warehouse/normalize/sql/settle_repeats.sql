-- Carefully read rows -> `staged`. Of rows of one pull for the same entity and day identical ones become one; of differing
-- ones the last stands and the others are put aside with the reason. Only rows put aside keep their text.
INSERT INTO staged BY NAME
WITH ranked AS (
    SELECT
        *,
        row_number() OVER latest_first AS nth,
        hash(campaign_name, ad_group_name, currency, impressions, clicks, spend, revenue, conversions, platform_metrics)
            AS fingerprint,
        first_value(fingerprint) OVER latest_first AS last_fingerprint
    FROM careful
    WINDOW latest_first AS (
        PARTITION BY reason IS NULL, pull_no, account_id, campaign_id, ad_group_id, date ORDER BY line_no DESC
    )
)
SELECT
    * EXCLUDE (line_no, line, nth, fingerprint, last_fingerprint)
    REPLACE (
        CASE
            WHEN reason IS NULL AND nth > 1 THEN 'a later row of the same pull has other values for this day'
            ELSE reason
        END AS reason
    ),
    CASE WHEN reason IS NOT NULL OR nth > 1 THEN line END AS raw
FROM ranked
WHERE reason IS NOT NULL OR nth = 1 OR fingerprint <> last_fingerprint
