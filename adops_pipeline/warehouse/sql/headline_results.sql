-- The last seven days that are complete in every account (of those pulled lately) against the seven before, by currency.
-- Both are nowcast to their final values, because the younger week knows a smaller share of its own. Days that were not
-- pulled are no days without results: the week begins with the first day that is known of every account, and the one
-- before is NULL unless it is known as a whole.
WITH recent AS (
    SELECT *
    FROM analytics_metrics
    WHERE is_complete_day AND date > (SELECT max(date) FROM analytics_metrics) - 21
),
newest AS (
    SELECT max(date) AS day FROM recent GROUP BY platform, account_id
),
period AS (
    SELECT min(day) AS last_day FROM newest WHERE day >= (SELECT max(day) FROM newest) - 3
),
-- By account and day: few rows to look up the curves for.
days AS (
    SELECT
        platform,
        account_id,
        date,
        synced_at,
        currency,
        any_value(conversions_share_known) AS share_known,
        sum(spend) AS spend,
        coalesce(fsum(conversions), 0) AS conversions,
        coalesce(sum(revenue), 0)::DOUBLE AS revenue
    FROM recent
    GROUP BY platform, account_id, date, synced_at, currency
),
weeks AS (
    SELECT
        days.*,
        last_day,
        greatest(last_day - 6, $known_since::DATE) AS first_day,
        coalesce($known_since::DATE <= last_day - 13, true) AS is_before_known,
        share_known < 1 AND curve.basis = 'assumed' AS is_assumed,
        days.date > last_day - 7 AS is_now,
        conversions / coalesce(share_known, 1) AS conversions_nowcast,
        revenue / CASE WHEN share_known < 1 THEN coalesce(curve.revenue_share, 1) ELSE 1 END AS revenue_nowcast
    FROM days
    CROSS JOIN period
    LEFT JOIN ad_accounts AS accounts USING (platform, account_id)
    LEFT JOIN analytics_maturity AS curve
        ON curve.platform = days.platform
        AND curve.lag_days = timezone(accounts.timezone, timezone('UTC', days.synced_at))::DATE - days.date
    WHERE days.date > last_day - 14 AND days.date <= last_day
)
SELECT
    currency,
    any_value(first_day) AS first_day,
    any_value(last_day) AS last_day,
    CASE WHEN bool_and(is_before_known) THEN any_value(last_day) - 13 END AS first_before,
    CASE WHEN bool_and(is_before_known) THEN any_value(last_day) - 7 END AS last_before,
    coalesce(bool_or(is_assumed), false) AS is_assumed,
    coalesce(sum(spend) FILTER (WHERE is_now), 0)::DOUBLE AS spend,
    CASE WHEN bool_and(is_before_known) THEN coalesce(sum(spend) FILTER (WHERE NOT is_now), 0)::DOUBLE END
        AS spend_before,
    fsum(conversions) FILTER (WHERE is_now) AS conversions_known,
    fsum(conversions_nowcast) FILTER (WHERE is_now) AS conversions,
    fsum(conversions_nowcast) FILTER (WHERE NOT is_now AND is_before_known) AS conversions_before,
    fsum(revenue_nowcast) FILTER (WHERE is_now) AS revenue,
    fsum(revenue_nowcast) FILTER (WHERE NOT is_now AND is_before_known) AS revenue_before
FROM weeks
GROUP BY currency
HAVING sum(spend) FILTER (WHERE is_now OR is_before_known) > 0
ORDER BY currency
