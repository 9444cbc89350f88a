-- A decided test keeps the evaluation that decided it.
SELECT
    tests.id AS test_id,
    tests.name,
    tests.platform,
    tests.campaign_id,
    campaigns.name AS campaign_name,
    campaigns.project_id,
    tests.metric,
    tests.status,
    results.verdict,
    tests.winner,
    CASE tests.winner
        WHEN 'A' THEN tests.variant_a ->> '$.name'
        WHEN 'B' THEN tests.variant_b ->> '$.name'
    END AS winner_name,
    tests.started_at,
    tests.completed_at,
    tests.evaluated_at,
    results.days,
    results.days_to_decision,
    results.currency,
    results.value_a,
    results.value_b,
    results.sample_a,
    results.sample_b,
    round(100 * results.lift, 1) AS lift_pct,
    round(100 * results.ci_low, 1) AS lift_pct_low,
    round(100 * results.ci_high, 1) AS lift_pct_high,
    results.p_value,
    results.always_valid_p,
    least(greatest(round(100 * results.probability_b_beats_a), 1), 99) AS b_is_better_pct,
    results.unit,
    results.dependence,
    results.effective_sample_size,
    results.assignment,
    tests.reason,
    tests.explanation
FROM ab_tests AS tests
LEFT JOIN ab_test_results AS results
    ON results.test_id = tests.id AND results.evaluated_at = tests.evaluated_at
LEFT JOIN campaigns
    ON campaigns.platform = tests.platform AND campaigns.external_id = tests.campaign_id
