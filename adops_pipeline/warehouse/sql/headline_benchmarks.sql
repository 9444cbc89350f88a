-- Significant changes by period, and the clearest bad one in words.
SELECT
    period,
    count(*) FILTER (WHERE status <> 'insufficient-data') AS judged,
    count(*) FILTER (WHERE status = 'worse') AS worse,
    count(*) FILTER (WHERE status = 'better') AS better,
    max_by(
        format('{} of {} ({}) {:+.0f} %', upper(metric), campaign_name, platform, change_pct), (abs(z_score), campaign_id)
    ) FILTER (WHERE status = 'worse') AS gravest
FROM analytics_benchmarks
GROUP BY period
ORDER BY period = 'week' DESC
