-- Where a batch's rows wait: typed, judged (`reason` is NULL for rows that can be taken), one per entity and day.
CREATE OR REPLACE TEMP TABLE staged (
    pull_no INTEGER,
    account_id VARCHAR,
    campaign_id VARCHAR,
    campaign_name VARCHAR,
    ad_group_id VARCHAR,
    ad_group_name VARCHAR,
    date DATE,
    currency VARCHAR,
    impressions BIGINT,
    clicks BIGINT,
    spend DECIMAL(18, 6),
    revenue DECIMAL(18, 6),
    conversions DOUBLE,
    platform_metrics JSON,
    reason VARCHAR,
    raw VARCHAR
)
