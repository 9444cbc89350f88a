-- The changes of a batch: typed, judged (`reason` is NULL for those that can be taken).
CREATE OR REPLACE TEMP TABLE staged (
    pull_no INTEGER,
    account_id VARCHAR,
    object VARCHAR,
    object_id VARCHAR,
    changed_at TIMESTAMP,
    date DATE,
    event_no BIGINT,
    field VARCHAR,
    old_value VARCHAR,
    new_value VARCHAR,
    reason VARCHAR,
    raw VARCHAR
)
