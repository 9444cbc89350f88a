-- The known part over its share, as in `MaturityCurves.nowcast`. What is still to come is a negative binomial: its 10 %
-- and 90 % quantiles are those of a normal distribution corrected for skewness (Cornish-Fisher), in whole conversions.
-- The share's own error is added in quadrature, and for revenue that of order values, which differ by half their mean.
WITH aged AS (
    SELECT
        metrics.*,
        CASE
            WHEN metrics.conversions_share_known < 1
            THEN timezone(accounts.timezone, timezone('UTC', metrics.synced_at))::DATE - metrics.date
        END AS lag_days
    FROM analytics_metrics AS metrics
    LEFT JOIN ad_accounts AS accounts USING (platform, account_id)
),
-- What a conversion of a campaign brings, for days that have none yet.
worth AS (
    SELECT platform, campaign_id, sum(revenue)::DOUBLE / nullif(sum(conversions), 0) AS per_conversion
    FROM analytics_metrics
    WHERE date > (SELECT max(date) FROM analytics_metrics) - 60
    GROUP BY platform, campaign_id
),
known AS (
    SELECT
        aged.*,
        curve.basis,
        CASE WHEN conversions_share_known >= 1 THEN 1 ELSE curve.share END AS known_share,
        CASE WHEN conversions_share_known >= 1 THEN 1 ELSE least(curve.share_low, curve.share) END AS known_low,
        CASE WHEN conversions_share_known >= 1 THEN 1 ELSE greatest(curve.share_high, curve.share) END AS known_high,
        aged.revenue::DOUBLE / CASE WHEN conversions_share_known >= 1 THEN 1 ELSE curve.revenue_share END AS value,
        conversions / known_share AS final,
        (conversions + 0.5) * (1 - known_share) / known_share AS to_come,
        1.2816 * sqrt(to_come / known_share) AS spread,
        to_come + 0.1071 * (2 - known_share) / known_share AS middle,
        coalesce(value / nullif(final, 0), worth.per_conversion) AS per_conversion
    FROM aged
    LEFT JOIN analytics_maturity AS curve USING (platform, lag_days)
    LEFT JOIN worth USING (platform, campaign_id)
),
bounded AS (
    SELECT
        *,
        greatest(final - conversions - greatest(round(middle - spread + 0.5), 0), 0) AS fewer,
        greatest(conversions + greatest(round(middle + spread - 0.5), 0) - final, 0) AS more,
        least(sqrt(fewer ** 2 + (final - conversions / known_high) ** 2), final - conversions) AS below,
        sqrt(more ** 2 + (conversions / known_low - final) ** 2) AS above,
        per_conversion * sqrt(below ** 2 + (0.5 * 1.2816) ** 2 * to_come) AS value_below,
        per_conversion * sqrt(above ** 2 + (0.5 * 1.2816) ** 2 * to_come) AS value_above
    FROM known
)
SELECT
    platform,
    account_id,
    campaign_id,
    campaign_name,
    date,
    is_complete_day,
    lag_days::INTEGER AS lag_days,
    conversions_share_known,
    basis,
    currency,
    spend,
    conversions,
    final AS conversions_nowcast,
    final - below AS conversions_nowcast_low,
    final + above AS conversions_nowcast_high,
    revenue,
    value AS revenue_nowcast,
    value - least(value_below, value - revenue::DOUBLE) AS revenue_nowcast_low,
    value + value_above AS revenue_nowcast_high,
    cpa,
    spend::DOUBLE / nullif(final, 0) AS cpa_nowcast,
    spend::DOUBLE / nullif(final + above, 0) AS cpa_nowcast_low,
    spend::DOUBLE / nullif(final - below, 0) AS cpa_nowcast_high,
    roas,
    value / nullif(spend, 0)::DOUBLE AS roas_nowcast,
    revenue_nowcast_low / nullif(spend, 0)::DOUBLE AS roas_nowcast_low,
    revenue_nowcast_high / nullif(spend, 0)::DOUBLE AS roas_nowcast_high,
    synced_at
FROM bounded
