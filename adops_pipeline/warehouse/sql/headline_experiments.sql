-- A/B tests by status, and of the decided ones the newest.
SELECT
    status,
    count(*) AS tests,
    max_by(
        format(
            '{} wins by {:+.1f} % ({} {})',
            CASE winner WHEN 'A' THEN variant_a ->> '$.name' ELSE variant_b ->> '$.name' END,
            100 * (results ->> '$.lift')::DOUBLE * CASE winner WHEN 'A' THEN -1 ELSE 1 END,
            platform,
            name
        ),
        (completed_at, started_at, id)
    ) FILTER (WHERE winner IS NOT NULL) AS newest
FROM ab_tests
GROUP BY status
ORDER BY status
