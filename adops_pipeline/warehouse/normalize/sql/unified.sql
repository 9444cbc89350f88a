-- Staged rows -> rows of the unified daily tables in their order, money in the reporting currency beside the account's.
-- Sorted before the ratios are added: fewer columns to move.
SELECT
    $platform AS platform,
    account_id,
    campaign_id,
    date,
    campaign_name,
    ad_group_id,
    ad_group_name,
    currency,
    impressions,
    clicks,
    spend,
    conversions,
    revenue,
    ratio(clicks, impressions) AS ctr,
    ratio(spend, clicks) AS cpc,
    ratio(spend, conversions) AS cpa,
    ratio(revenue, spend) AS roas,
    in_reporting_currency(spend, rate_to_reporting) AS spend_reporting,
    in_reporting_currency(revenue, rate_to_reporting) AS revenue_reporting,
    platform_metrics,
    pulled_at AS synced_at,
    age_days >= 1 AS is_complete_day,
    CASE WHEN age_days >= $restatement_days THEN 1.0 ELSE share END AS conversions_share_known
FROM (
    SELECT
        staged.* EXCLUDE (reason, raw),
        pulls.pulled_at,
        fx_rates.rate_to_reporting,
        pulls.pulled_on - staged.date AS age_days,
        curve.share
    FROM staged
    JOIN batch_pulls AS pulls USING (pull_no)
    LEFT JOIN analytics_maturity AS curve
        ON curve.platform = $platform AND curve.lag_days = pulls.pulled_on - staged.date
    LEFT JOIN fx_rates ON fx_rates.date = staged.date AND fx_rates.currency = staged.currency
    WHERE staged.reason IS NULL
    ORDER BY staged.date, staged.account_id, staged.campaign_id, staged.ad_group_id
)
