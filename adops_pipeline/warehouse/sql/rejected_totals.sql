-- The same sums over the rows that were put aside, as far as the pull that they came in wins their day.
CREATE OR REPLACE TEMP TABLE rejected_totals AS
WITH facts AS (
    SELECT
        platform,
        account_id,
        pulled_at,
        raw_facts(platform, $pinterest_traffic, raw_texts(platform, raw)) AS fact,
        -- A row that is stored without a metric counts as far as that metric goes.
        ends_with(reason, 'the rest of the row is stored') AS is_stored,
        NOT is_stored OR regexp_matches(reason, '(?i)impression') AS lacks_impressions
    FROM analytics_rejects
    WHERE report = $report
)
SELECT
    days.platform,
    days.account_id,
    days.date,
    coalesce(sum(facts.fact.micros) FILTER (NOT is_stored), 0)::HUGEINT AS micros,
    coalesce(sum(facts.fact.impressions) FILTER (lacks_impressions), 0)::HUGEINT AS impressions
FROM facts
JOIN winning_days AS days
    ON days.is_checked
    AND days.platform = facts.platform
    AND days.account_id = facts.account_id
    AND days.pulled_at = facts.pulled_at
    AND days.date = facts.fact.date
GROUP BY days.platform, days.account_id, days.date
