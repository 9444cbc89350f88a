-- Amounts in the reporting currency of the days and currencies whose rate changed; `daily_metrics` stands for either of
-- the unified daily tables.
UPDATE daily_metrics AS stored
SET spend_reporting = in_reporting_currency(stored.spend, rates.rate_to_reporting),
    revenue_reporting = in_reporting_currency(stored.revenue, rates.rate_to_reporting)
FROM changed_rates AS rates
WHERE stored.date BETWEEN $first AND $last
    AND stored.date = rates.date
    AND stored.currency = rates.currency
    AND (
        stored.spend_reporting IS DISTINCT FROM in_reporting_currency(stored.spend, rates.rate_to_reporting)
        OR stored.revenue_reporting IS DISTINCT FROM in_reporting_currency(stored.revenue, rates.rate_to_reporting)
    )
