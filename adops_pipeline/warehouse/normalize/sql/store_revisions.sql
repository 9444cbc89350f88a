-- One value per campaign, day and instant of pulling: a second pull of the same instant replaces the first.
DELETE FROM analytics_metric_revisions AS stored
USING new_revisions AS fresh
WHERE stored.platform = $platform
    AND stored.date BETWEEN $first AND $last
    AND stored.campaign_id = fresh.campaign_id
    AND stored.date = fresh.date
    AND stored.pulled_at = fresh.pulled_at
