-- Significant changes, the most severe first.
SELECT
    platform,
    campaign_name AS campaign,
    metric,
    period,
    severity,
    status,
    baseline_value AS before,
    current_value AS now,
    current_low AS "now at least",
    current_high AS "now at most",
    change_pct AS "change %",
    z_score AS z,
    peer_p25 AS "peers 25 %",
    peer_median AS "peers 50 %",
    peer_p75 AS "peers 75 %",
    period_end AS through
FROM analytics_benchmarks
WHERE status IN ('better', 'worse')
ORDER BY list_position(['critical', 'warning', 'info'], severity), status = 'worse' DESC, abs(z_score) DESC, platform, campaign_id, metric, period
LIMIT 15
