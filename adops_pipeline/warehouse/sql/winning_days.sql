-- Which pull speaks for each account and day from $since on: the newest applied one that covers the day. `is_checked`:
-- whether it is one of $pulls; NULL means all.
CREATE OR REPLACE TEMP TABLE winning_days AS
WITH days AS (
    SELECT
        platform,
        account_id,
        CAST(unnest(generate_series(
            greatest(range_start, $since::DATE)::TIMESTAMP, range_end::TIMESTAMP, INTERVAL 1 DAY)) AS DATE) AS date,
        {'pulled_at': pulled_at, 'pull_id': pull_id, 'file': concat($root, path), 'rows': rows} AS pull
    FROM raw_pulls
    WHERE report = $report AND state = 'applied' AND range_end >= $since::DATE
)
SELECT
    platform,
    account_id,
    date,
    $pulls::VARCHAR[] IS NULL OR list_contains($pulls::VARCHAR[], max(pull).pull_id) AS is_checked,
    unnest(max(pull))
FROM days
GROUP BY platform, account_id, date
