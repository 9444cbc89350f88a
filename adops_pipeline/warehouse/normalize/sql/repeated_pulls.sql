-- Pending pulls of entities whose files are, byte for byte, those of the newest applied pulls of the same local day. Only
-- where all of a platform's are: campaigns and ad groups of an account, and accounts that hand an entity over, are read
-- together. A row that was put aside names its pull, so that a platform with any is read again.
CREATE OR REPLACE TEMP TABLE repeated_pulls AS
WITH applied AS (
    SELECT unnest(max_by(pulls, (pulls.pulled_at, pulls.pull_id)))
    FROM raw_pulls AS pulls
    WHERE state IN ('applied', 'pruned') AND report IN ('accounts', 'campaigns', 'ad_groups')
    GROUP BY platform, report, account_id
),
pending AS (
    SELECT *, count(*) OVER (PARTITION BY platform, report, account_id) AS pulls
    FROM raw_pulls
    WHERE pull_id IN (SELECT unnest($pull_ids))
)
SELECT
    pending.pull_id, pending.platform, pending.report, pending.account_id, pending.pulled_at,
    applied.pulled_at AS applied_at
FROM pending
LEFT JOIN applied USING (platform, report, account_id)
QUALIFY bool_and(
    pending.pulls = 1
    AND coalesce(
        pending.pulled_at > applied.pulled_at
        AND pending.sha256 = applied.sha256
        AND pending.currency = applied.currency
        AND pending.timezone = applied.timezone
        AND local_day(pending.pulled_at, pending.timezone) = local_day(applied.pulled_at, applied.timezone),
        false
    )
    AND NOT EXISTS (
        FROM analytics_rejects AS aside WHERE aside.platform = pending.platform AND aside.report = pending.report
    )
) OVER (PARTITION BY pending.platform)
