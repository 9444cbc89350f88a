-- The day from which every account with rows is known: the first that was pulled, or that has a row.
SELECT max(first_day) AS first_day
FROM (
    SELECT least(min(stored.date), any_value(pulled.first_day)) AS first_day
    FROM analytics_metrics AS stored
    LEFT JOIN (
        SELECT platform, account_id, min(range_start) AS first_day
        FROM raw_pulls
        WHERE report = 'campaign_daily' AND state IN ('applied', 'pruned')
        GROUP BY platform, account_id
    ) AS pulled USING (platform, account_id)
    GROUP BY stored.platform, stored.account_id
)
