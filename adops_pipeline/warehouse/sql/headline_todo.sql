-- How many actions the accounts' newest lists have, by severity, and the first of the most severe, in words.
SELECT
    count(*) AS actions,
    count(DISTINCT platform || account_id) AS accounts,
    count(*) FILTER (WHERE severity = 'critical') AS critical,
    count(*) FILTER (WHERE severity = 'warning') AS warning,
    arg_min(
        format('{} ({}). {}', campaign_name, platform, instruction),
        (list_position(['critical', 'warning', 'info'], severity), rank, platform, account_id)
    ) AS first
FROM todo_today
