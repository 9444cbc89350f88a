-- The totals of a batch: typed, judged (`reason` is NULL for those that can be taken).
CREATE OR REPLACE TEMP TABLE staged (
    pull_no INTEGER,
    account_id VARCHAR,
    campaign_id VARCHAR,
    spend DECIMAL(18, 6),
    date DATE,
    reason VARCHAR,
    raw VARCHAR
)
