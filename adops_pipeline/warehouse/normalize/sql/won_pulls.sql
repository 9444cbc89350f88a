-- The entity pulls of the batch that no newer applied pull supersedes. Entities have no days.
CREATE OR REPLACE TEMP TABLE won_days AS
SELECT pull_no, account_id, NULL::DATE AS date, pulled_at
FROM batch_pulls AS pulls
WHERE NOT EXISTS (
    FROM raw_pulls AS newer
    WHERE newer.platform = $platform
        AND newer.report = $report
        AND newer.account_id = pulls.account_id
        AND newer.state IN ('applied', 'pruned')
        AND (newer.pulled_at > pulls.pulled_at
            OR (newer.pulled_at = pulls.pulled_at AND newer.pull_id > pulls.pull_id))
)
