-- The pulls of one batch, as the ledger has them, oldest first.
CREATE OR REPLACE TEMP TABLE batch_pulls AS
SELECT
    CAST(row_number() OVER (ORDER BY pulled_at, pull_id) - 1 AS INTEGER) AS pull_no,
    pull_id,
    platform,
    report,
    account_id,
    range_start,
    range_end,
    pulled_at,
    currency,
    timezone,
    local_day(pulled_at, timezone) AS pulled_on,
    rows,
    concat($raw_root, '/', path) AS file
FROM raw_pulls
WHERE pull_id IN (SELECT unnest($pull_ids))
