-- Budgets by verdict on each account's newest day (of the last week), and the most severe verdict, in words.
WITH newest AS (
    SELECT
        *,
        list_position(['critical', 'warning', 'info'], severity) AS severity_order,
        money_at_stake / nullif(
            if(basis = 'daily', daily_budget, budget / nullif(days_elapsed + days_remaining, 0)), 0
        ) AS days_at_stake
    FROM budgets_now
),
worst AS (
    SELECT
        verdict,
        format('{} {} of {} ({}). {}', severity, verdict, campaign_name, platform, recommendation) AS sentence
    FROM newest
    WHERE severity IN ('critical', 'warning')
    ORDER BY severity_order, days_at_stake DESC, platform, campaign_id
    LIMIT 1
)
SELECT
    newest.verdict,
    count(*) AS budgets,
    count(*) FILTER (WHERE newest.severity = 'critical') AS critical,
    count(*) FILTER (WHERE newest.severity = 'warning') AS warning,
    any_value(worst.sentence) AS worst
FROM newest
LEFT JOIN worst ON worst.verdict = newest.verdict
GROUP BY newest.verdict
ORDER BY
    list_position(
        [
            'overpacing', 'underpacing', 'overspend-likely', 'over-delivering', 'under-delivering', 'no-delivery',
            'on-track', 'limited', 'delivering', 'unknown', 'paused', 'no-budget', 'not-started', 'ended'
        ],
        newest.verdict
    )
