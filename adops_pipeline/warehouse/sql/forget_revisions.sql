-- Restatements that the pulls on file can tell again. Of an account's day that a pruned pull covered all stay: without
-- that pull's values the later ones show no change. Applying a pull replaces what it had told before.
DELETE FROM analytics_metric_revisions AS revisions
WHERE NOT EXISTS (
    FROM raw_pulls AS pulls
    WHERE pulls.state = 'pruned'
        AND pulls.report = 'campaign_daily'
        AND pulls.platform = revisions.platform
        AND pulls.account_id = revisions.account_id
        AND revisions.date BETWEEN pulls.range_start AND pulls.range_end
)
