-- Where a batch's entities wait: typed, judged (`reason` is NULL for rows that can be taken).
CREATE OR REPLACE TEMP TABLE staged (
    pull_no INTEGER,
    account_id VARCHAR,
    external_id VARCHAR,
    campaign_id VARCHAR,
    name VARCHAR,
    status VARCHAR,
    platform_status VARCHAR,
    objective VARCHAR,
    daily_budget DECIMAL(18, 6),
    lifetime_budget DECIMAL(18, 6),
    is_shared_budget BOOLEAN,
    shared_budget_id VARCHAR,
    currency VARCHAR,
    timezone VARCHAR,
    start_date DATE,
    end_date DATE,
    created_at TIMESTAMP,
    pulled_at TIMESTAMP,
    date DATE,
    reason VARCHAR,
    raw VARCHAR
)
