-- The newest unusual days, the most severe first within a day.
SELECT
    explanation,
    date,
    platform,
    campaign_name AS campaign,
    metric,
    direction,
    severity,
    score,
    currency,
    money_effect::DECIMAL(18, 6) AS "at stake"
FROM analytics_anomalies
ORDER BY date DESC, list_position(['critical', 'warning', 'info'], severity), abs(score) DESC, platform, campaign_id, metric
LIMIT 15
