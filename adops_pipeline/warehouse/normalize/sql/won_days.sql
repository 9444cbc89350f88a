-- The days of each pull that no newer applied pull of the same report and account covers: those it may write.
CREATE OR REPLACE TEMP TABLE won_days AS
WITH days AS (
    SELECT pull_no, pull_id, account_id, pulled_at,
        CAST(unnest(generate_series(CAST(range_start AS TIMESTAMP), range_end, INTERVAL 1 DAY)) AS DATE) AS date
    FROM batch_pulls
),
newer AS (
    SELECT account_id, range_start, range_end, pulled_at, pull_id
    FROM raw_pulls
    WHERE platform = $platform
        AND report = $report
        AND state IN ('applied', 'pruned')
        AND pulled_at >= (SELECT min(pulled_at) FROM batch_pulls)
)
SELECT days.pull_no, days.account_id, days.date
FROM days
ANTI JOIN newer
    ON newer.account_id = days.account_id
    AND days.date BETWEEN newer.range_start AND newer.range_end
    AND (newer.pulled_at, newer.pull_id) > (days.pulled_at, days.pull_id)
