-- A/B tests with their verdicts: decided ones first, then what runs, newest first.
SELECT
    tests.explanation AS verdict,
    tests.name AS test,
    tests.platform,
    campaigns.name AS campaign,
    upper(tests.metric) AS metric,
    tests.status,
    CASE tests.winner
        WHEN 'A' THEN tests.variant_a ->> '$.name'
        WHEN 'B' THEN tests.variant_b ->> '$.name'
    END AS winner,
    round(100 * results.lift, 1) AS "lift %",
    round(100 * results.ci_low, 1) AS "from %",
    round(100 * results.ci_high, 1) AS "to %",
    results.always_valid_p AS "always-valid p",
    results.days,
    results.days_to_decision AS "days to go"
FROM ab_tests AS tests
LEFT JOIN ab_test_results AS results
    ON results.test_id = tests.id AND results.evaluated_at = tests.evaluated_at
LEFT JOIN campaigns
    ON campaigns.platform = tests.platform AND campaigns.external_id = tests.campaign_id
ORDER BY tests.status = 'running', tests.started_at DESC, tests.id
LIMIT 30
