INSERT INTO analytics_metric_revisions BY NAME
SELECT $platform AS platform, * EXCLUDE (pull_no) FROM new_revisions ORDER BY date, campaign_id, pulled_at
