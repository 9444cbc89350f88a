-- Staged rows -> rows of the unified daily tables, money in the reporting currency beside the account's.
SELECT
    $platform AS platform,
    staged.account_id,
    staged.campaign_id,
    staged.date,
    staged.campaign_name,
    staged.ad_group_id,
    staged.ad_group_name,
    staged.currency,
    staged.impressions,
    staged.clicks,
    staged.spend,
    staged.conversions,
    staged.revenue,
    ratio(staged.clicks, staged.impressions) AS ctr,
    ratio(staged.spend, staged.clicks) AS cpc,
    ratio(staged.spend, staged.conversions) AS cpa,
    ratio(staged.revenue, staged.spend) AS roas,
    in_reporting_currency(staged.spend, fx_rates.rate_to_reporting) AS spend_reporting,
    in_reporting_currency(staged.revenue, fx_rates.rate_to_reporting) AS revenue_reporting,
    staged.platform_metrics,
    days.pulled_at AS synced_at
FROM staged
JOIN won_days AS days USING (pull_no, date)
LEFT JOIN fx_rates USING (date, currency)
WHERE staged.reason IS NULL
