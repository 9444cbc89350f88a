-- Days of which a pull has a row that could not be taken, and none that could: what is stored of them stands.
CREATE OR REPLACE TEMP TABLE kept_days AS
WITH told AS (
    SELECT
        account_id, campaign_id, date, reason,
        CASE WHEN $report = 'ad_group_daily' THEN ad_group_id END AS ad_group_id
    FROM staged
    JOIN won_days USING (pull_no, account_id, date)
    WHERE campaign_id IS NOT NULL
)
SELECT account_id, campaign_id, ad_group_id, date
FROM told
GROUP BY ALL
HAVING bool_and(reason IS NOT NULL)
