-- How often the values of a campaign's day changed after they were first pulled.
SELECT
    date,
    count(*) - 1 AS restatements
FROM analytics_metric_revisions
WHERE platform = $platform AND campaign_id = $campaign AND date BETWEEN $first AND $last
GROUP BY date
