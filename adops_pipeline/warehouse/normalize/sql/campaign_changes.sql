-- Points that differ from the one before, and changes of bids, which only the platforms' logs report.
SELECT
    platform, account_id, id AS campaign_id, known_at AS changed_at, day AS change_date, field,
    nullif(before, '') AS old_value, nullif(value, '') AS new_value,
    -- A value carried back to the beginning of a stretch shows a change that no log covers.
    CASE WHEN event_no < 0 THEN 'pull' ELSE source END AS source
FROM (
    SELECT *, lag(value) OVER (PARTITION BY platform, id, field ORDER BY known_at, event_no) AS before
    FROM campaign_points
)
WHERE before IS NOT NULL AND value <> before
QUALIFY row_number() OVER (PARTITION BY platform, id, field, known_at ORDER BY event_no DESC) = 1
UNION ALL BY NAME
SELECT
    events.platform, events.account_id, coalesce(groups.campaign_id, events.object_id) AS campaign_id,
    changed_at, change_date, field, old_value, new_value,
    CASE events.platform WHEN 'google-ads' THEN 'change-event' ELSE 'activity' END AS source
FROM change_events AS events
LEFT JOIN ad_groups AS groups
    ON groups.platform = events.platform AND groups.external_id = events.object_id AND object = 'ad_group'
WHERE field = 'bid' AND (object <> 'ad_group' OR groups.campaign_id IS NOT NULL)
QUALIFY row_number() OVER (
    PARTITION BY events.platform, coalesce(groups.campaign_id, events.object_id), changed_at ORDER BY event_no DESC
) = 1
ORDER BY ALL
