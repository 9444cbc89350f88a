-- Private tables of normalization: not in the registry, so never published.

-- The rates that are applied in the metrics. May be lost: it is computed again from the unified tables.
CREATE TABLE IF NOT EXISTS fx_applied (date DATE, currency VARCHAR, rate_to_reporting DECIMAL(18, 10));

-- Lifetime sums, updated with each batch, because summing a long history on every sync would cost more than the sync.
-- All sums are exact, so that they do not depend on the path. May be lost: it is computed again from the metrics.
CREATE TABLE IF NOT EXISTS campaign_totals (
    platform VARCHAR,
    campaign_id VARCHAR,
    days HUGEINT,
    impressions HUGEINT,
    clicks HUGEINT,
    spend DECIMAL(38, 6),
    conversions DECIMAL(38, 6),
    revenue DECIMAL(38, 6)
);

-- Budgets and status of campaigns and ad groups as our own pulls saw them: a row where something differs from the pull
-- before. Rebuilt from the raw files; rows of pruned pulls are kept.
CREATE TABLE IF NOT EXISTS entity_observations (
    platform VARCHAR,
    report VARCHAR,
    account_id VARCHAR,
    entity_id VARCHAR,
    campaign_id VARCHAR,
    budget_id VARCHAR,
    is_shared_budget BOOLEAN,
    status VARCHAR,
    daily_budget DECIMAL(18, 6),
    lifetime_budget DECIMAL(18, 6),
    currency VARCHAR,
    exists_from DATE,
    pulled_at TIMESTAMP,
    seen_on DATE,
    pull_id VARCHAR
);
-- When the entity was changed last, and the account's local day of that, where the platform tells it instead of a log.
ALTER TABLE entity_observations ADD COLUMN IF NOT EXISTS unchanged_since TIMESTAMP;
ALTER TABLE entity_observations ADD COLUMN IF NOT EXISTS unchanged_from DATE;

-- Changes as the platforms' logs of changes report them, by the object that was changed: campaign, budget or ad_group.
-- Rebuilt from the raw files.
CREATE TABLE IF NOT EXISTS change_events (
    platform VARCHAR,
    account_id VARCHAR,
    object VARCHAR,
    object_id VARCHAR,
    changed_at TIMESTAMP,
    change_date DATE,
    event_no BIGINT,
    field VARCHAR,
    old_value VARCHAR,
    new_value VARCHAR
);

-- Spend by campaign over the whole range of a pull of totals. Rebuilt from the raw files; rows of pruned pulls are kept.
CREATE TABLE IF NOT EXISTS period_totals (pull_id VARCHAR, campaign_id VARCHAR, spend DECIMAL(18, 6));
