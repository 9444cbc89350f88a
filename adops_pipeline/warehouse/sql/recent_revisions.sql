-- The newest $days days of the restatement history, as it stood at $before.
SELECT platform, account_id, campaign_id, date, pulled_at, lag_days, conversions, revenue
FROM analytics_metric_revisions
WHERE
    date > (SELECT max(date) FROM analytics_metric_revisions) - $days::INTEGER
    AND pulled_at <= $before
ORDER BY platform, account_id, campaign_id, date, pulled_at
