-- Totals per platform and currency. An account's currency is the one its newest pull named.
WITH account_currency AS (
    SELECT platform, account_id, arg_max(currency, (pulled_at, pull_id)) AS currency
    FROM raw_pulls
    WHERE state <> 'damaged'
    GROUP BY platform, account_id
),
counted AS (
    SELECT platform, currency, 'accounts' AS what, count(*) AS n FROM ad_accounts GROUP BY ALL
    UNION ALL SELECT platform, currency, 'campaigns', count(*) FROM campaigns GROUP BY ALL
    UNION ALL SELECT platform, currency, 'pulls', count(*) FROM raw_pulls WHERE state <> 'damaged' GROUP BY ALL
    UNION ALL
    SELECT platform, currency, 'rejects', count(*)
    FROM analytics_rejects
    JOIN account_currency USING (platform, account_id)
    GROUP BY ALL
),
totals AS (
    SELECT
        platform,
        currency,
        count(*) AS n,
        sum(spend) AS spend,
        fsum(conversions) AS conversions,
        sum(revenue) AS revenue
    FROM analytics_metrics
    GROUP BY ALL
),
places AS (
    SELECT platform, currency FROM counted
    UNION
    SELECT platform, currency FROM totals
)
SELECT
    places.platform,
    places.currency,
    coalesce(sum(counted.n) FILTER (what = 'accounts'), 0)::BIGINT,
    coalesce(sum(counted.n) FILTER (what = 'campaigns'), 0)::BIGINT,
    coalesce(any_value(totals.n), 0)::BIGINT,
    coalesce(any_value(totals.spend), 0)::DECIMAL(38, 6),
    coalesce(any_value(totals.conversions), 0)::DOUBLE,
    coalesce(any_value(totals.revenue), 0)::DECIMAL(38, 6),
    coalesce(sum(counted.n) FILTER (what = 'rejects'), 0)::BIGINT,
    coalesce(sum(counted.n) FILTER (what = 'pulls'), 0)::BIGINT
FROM places
LEFT JOIN counted USING (platform, currency)
LEFT JOIN totals USING (platform, currency)
GROUP BY places.platform, places.currency
ORDER BY places.platform, places.currency
