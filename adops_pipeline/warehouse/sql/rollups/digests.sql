-- A digest of each day's rows, as far as the roll-ups read them.
SELECT
    date,
    count(*) AS row_count,
    bit_xor(hash(
        platform, account_id, campaign_id, currency, impressions, clicks, spend, conversions, revenue,
        spend_reporting, revenue_reporting, conversions_share_known, is_complete_day
    )) AS digest
FROM analytics_metrics
GROUP BY date
