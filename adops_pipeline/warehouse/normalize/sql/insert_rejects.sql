INSERT INTO analytics_rejects BY NAME
SELECT $platform AS platform, $report AS report, * EXCLUDE (pull_no) FROM new_rejects
