-- A/B tests by status, and of the decided ones the newest.
SELECT
    status,
    count(*) AS tests,
    max_by(
        format(
            '{} {} by {:+.1f} % ({} {})',
            CASE winner WHEN 'A' THEN variant_a ->> '$.name' ELSE variant_b ->> '$.name' END,
            -- the same ad groups in two periods: a budget test, which has no winner
            CASE
                WHEN (variant_a ->> '$.ad_group_ids') = (variant_b ->> '$.ad_group_ids') THEN 'was better'
                ELSE 'wins'
            END,
            100 * (results ->> '$.lift')::DOUBLE * CASE winner WHEN 'A' THEN -1 ELSE 1 END,
            platform,
            name
        ),
        (completed_at, started_at, id)
    ) FILTER (WHERE winner IS NOT NULL) AS newest
FROM ab_tests
GROUP BY status
ORDER BY status
