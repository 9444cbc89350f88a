-- Anomalies of the last four weeks of the newest judged day.
WITH recent AS (
    SELECT * FROM analytics_anomalies
    WHERE date > (SELECT max(as_of) FROM analytics_budgets) - 28
)
SELECT
    count(*) AS found,
    count(*) FILTER (WHERE severity = 'critical') AS critical,
    count(*) FILTER (WHERE severity = 'warning') AS warning,
    max_by(
        format('{} of {} ({}), {}', metric, campaign_name, platform, direction),
        (date, severity = 'critical', abs(score), campaign_id)
    ) || ' on ' || max(date) AS newest
FROM recent
