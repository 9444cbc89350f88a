-- Findings of the last four weeks of the newest judged day: what struck many campaigns of an account at once is one.
WITH recent AS (
    SELECT *, coalesce(event_id, concat_ws('/', platform, campaign_id, date, metric)) AS finding
    FROM analytics_anomalies
    WHERE date > (SELECT max(as_of) FROM analytics_budgets) - 28
)
SELECT
    (SELECT max(as_of) FROM analytics_budgets) - 27 AS first_day,
    (SELECT max(as_of) FROM analytics_budgets) AS last_day,
    count(DISTINCT finding) AS found,
    count(DISTINCT finding) FILTER (WHERE severity = 'critical') AS critical,
    count(DISTINCT finding) FILTER (WHERE severity = 'warning' AND finding NOT IN (
        SELECT finding FROM recent WHERE severity = 'critical'
    )) AS warning,
    max_by(
        CASE
            WHEN event_id IS NULL THEN format('{} of {} ({}), {}', metric, campaign_name, platform, direction)
            ELSE format('{} in {} campaigns of account {} ({})', metric, event_campaigns, account_id, platform)
        END,
        (date, severity = 'critical', abs(score), campaign_id)
    ) || ' on ' || max(date) AS newest
FROM recent
