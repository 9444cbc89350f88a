-- Alerts that fire, the most severe first, then those that resolved lately.
SELECT
    summary,
    severity,
    status,
    name,
    platform,
    fired_at,
    resolved_at,
    source
FROM alerts
ORDER BY status = 'resolved', list_position(['critical', 'warning', 'info'], severity), fired_at DESC, name, fingerprint
LIMIT 20
