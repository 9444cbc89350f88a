-- What normalization remembers for itself; not in the registry, so never published. Both may be lost: they are worked out
-- again from the unified tables.

-- The rates that stand in the metrics.
CREATE TABLE IF NOT EXISTS fx_applied (date DATE, currency VARCHAR, rate_to_reporting DECIMAL(18, 10));

-- Lifetime sums, kept up with each batch: summing a long history anew on every sync would cost more than the sync. All
-- sums are exact, so that they do not depend on the path.
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
