-- Restatements that pulls on file can tell again. Those of pruned pulls stay: an account's days that only a pruned pull
-- of that instant covered.
DELETE FROM analytics_metric_revisions AS revisions
WHERE NOT EXISTS (
    FROM raw_pulls AS pulls
    WHERE pulls.state = 'pruned'
        AND pulls.report = 'campaign_daily'
        AND pulls.platform = revisions.platform
        AND pulls.account_id = revisions.account_id
        AND pulls.pulled_at = revisions.pulled_at
        AND revisions.date BETWEEN pulls.range_start AND pulls.range_end
)
