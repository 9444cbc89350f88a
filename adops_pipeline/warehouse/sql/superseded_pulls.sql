-- Applied pulls older than $before that newer applied pulls cover wholly: for daily reports every single day,
-- for entities (no range) any newer pull of the same account.
WITH pulls AS (
    SELECT pull_id, platform, report, account_id, range_start, range_end, pulled_at, path, bytes
    FROM raw_pulls
    WHERE state = 'applied'
),
days AS (
    SELECT pull_id, platform, report, account_id, pulled_at, unnest(
        CASE
            WHEN range_start IS NULL THEN [NULL]
            ELSE list_transform(generate_series(range_start::TIMESTAMP, range_end, INTERVAL 1 DAY), d -> d::DATE)
        END
    ) AS day
    FROM pulls
),
newest AS (
    SELECT platform, report, account_id, day, max((pulled_at, pull_id)) AS winner
    FROM days
    GROUP BY ALL
),
needed AS (
    SELECT DISTINCT winner[2] AS pull_id
    FROM newest
)
SELECT pulls.pull_id, pulls.path, pulls.bytes
FROM pulls
ANTI JOIN needed USING (pull_id)
WHERE pulls.pulled_at < $before
ORDER BY pulls.pulled_at, pulls.pull_id
