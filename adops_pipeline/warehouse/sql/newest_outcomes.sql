-- The newest measured changes, by the metric that each is judged by.
SELECT
    verdict,
    changed_on,
    platform,
    coalesce(campaign_name, campaign_id) AS campaign,
    action,
    metric,
    round(100 * effect_ratio, 1) AS "effect %",
    round(100 * effect_low, 1) AS "low %",
    round(100 * effect_high, 1) AS "high %",
    round(100 * before_after_ratio, 1) AS "before/after %",
    controls,
    reason
FROM action_outcomes
WHERE is_primary
ORDER BY
    list_position(['helped', 'hurt', 'unclear', 'not-measurable', 'pending'], verdict),
    changed_on DESC,
    change_id
LIMIT 20
