-- Significant changes by period, and the most severe one in words. Periods by conversions end on settled days.
WITH ranked AS (
    SELECT *, list_position(['info', 'warning', 'critical'], severity) AS severity_order
    FROM analytics_benchmarks
)
SELECT
    period,
    min(period_end) AS first_end,
    max(period_end) AS last_end,
    count(*) FILTER (WHERE status <> 'insufficient-data') AS judged,
    count(*) FILTER (WHERE status = 'worse') AS worse,
    count(*) FILTER (WHERE status = 'better') AS better,
    count(*) FILTER (WHERE severity = 'critical') AS critical,
    count(*) FILTER (WHERE severity = 'warning') AS warning,
    max_by(
        coalesce(
            format('{} of {} ({}) {:+.0f} %', upper(metric), campaign_name, platform, change_pct),
            format('{} of {} ({}), which no longer converts', upper(metric), campaign_name, platform)
        ) || ' from ' || period_start || ' to ' || period_end,
        (severity_order, abs(z_score), campaign_id)
    ) FILTER (WHERE status = 'worse') AS worst
FROM ranked
GROUP BY period
ORDER BY period = 'week' DESC
