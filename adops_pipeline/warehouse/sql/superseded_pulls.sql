-- Applied pulls older than $before that newer applied pulls cover wholly: for daily reports every single day, for
-- entities (no range) any newer pull of the same account. One stays whose rows stand because the newer pull's could not
-- be read: the tables could not be built again without it.
WITH days AS (
    SELECT
        platform,
        report,
        account_id,
        unnest(
            CASE
                WHEN range_start IS NULL THEN [NULL]
                ELSE generate_series(range_start::TIMESTAMP, range_end::TIMESTAMP, INTERVAL 1 DAY)
            END
        ) AS day,
        {'pulled_at': pulled_at, 'pull_id': pull_id} AS pull
    FROM raw_pulls
    WHERE state = 'applied'
),
winners AS (
    SELECT max(pull).pull_id AS pull_id
    FROM days
    GROUP BY platform, report, account_id, day
),
standing AS (
    SELECT DISTINCT platform, 'campaign_daily' AS report, account_id, synced_at AS pulled_at FROM analytics_metrics
    UNION ALL
    SELECT DISTINCT platform, 'ad_group_daily', account_id, synced_at FROM analytics_ad_group_metrics
)
SELECT pull_id, path, bytes
FROM raw_pulls
ANTI JOIN standing USING (platform, report, account_id, pulled_at)
WHERE state = 'applied'
    AND pulled_at < $before
    AND pull_id NOT IN (FROM winners)
ORDER BY pulled_at, pull_id
