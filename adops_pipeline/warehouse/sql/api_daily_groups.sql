-- The groups of days, with a number for each in the order of platform, currency, account and project.
SELECT
    row_number() OVER (ORDER BY platform, currency, account_id, project_id) - 1 AS group_no,
    platform,
    currency,
    account_id,
    project_id
FROM (SELECT DISTINCT platform, currency, account_id, project_id FROM $source)
