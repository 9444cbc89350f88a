-- The days of a budget's period: spend, what was to be expected by each day, and the likely way to the period's end.
WITH budget AS (
    SELECT *
    FROM rollup_pacing
    WHERE platform = $platform AND campaign_id = $campaign
    ORDER BY as_of DESC
    LIMIT 1
),

members AS (
    SELECT numbers.campaign_no
    FROM budget
    JOIN rollup_campaigns AS numbers USING (platform, account_id, currency)
    LEFT JOIN campaigns
        ON
            campaigns.platform = numbers.platform
            AND campaigns.account_id = numbers.account_id
            AND campaigns.external_id = numbers.campaign_id
    WHERE
        CASE
            WHEN budget.is_shared_budget THEN campaigns.shared_budget_id = budget.campaign_id
            ELSE numbers.campaign_id = budget.campaign_id
        END
),

period_days AS (
    SELECT
        budget.*,
        CAST(unnest(generate_series(
            CAST(period_start AS TIMESTAMP), CAST(period_end AS TIMESTAMP), INTERVAL 1 DAY
        )) AS DATE) AS date
    FROM budget
),

spends AS (
    SELECT
        date,
        sum(spend) AS spend
    FROM rollup_campaign_days
    JOIN members USING (campaign_no)
    GROUP BY date
),

steps AS (
    SELECT
        period_days.*,
        -- A day without a row is one without spend where the account's days are known.
        CASE
            WHEN period_days.date <= as_of AND period_days.date >= coalesce(known_from, period_days.date)
                THEN coalesce(spends.spend, 0)
        END AS spend,
        CASE WHEN basis = 'daily' AND period_days.date <= as_of THEN history.daily_budget ELSE 1 END AS planned,
        coalesce(
            CAST(CAST(weekday_weights AS VARCHAR) AS DOUBLE [])[isodow(period_days.date)], 1
        ) AS weight
    FROM period_days
    LEFT JOIN spends USING (date)
    ASOF LEFT JOIN campaign_budget_history AS history
        ON
            history.platform = period_days.platform
            AND history.campaign_id = period_days.campaign_id
            AND history.valid_from <= period_days.date
),

sums AS (
    SELECT
        *,
        date <= as_of AS is_over,
        -- Spend from before the known days is known as a sum where the period's spend is.
        spent_to_date - sum(spend) OVER (ORDER BY date DESC) + spend AS spent,
        sum(planned) OVER so_far / nullif(sum(planned) OVER part, 0) AS even_way,
        sum(planned * weight) OVER so_far / nullif(sum(planned * weight) OVER part, 0) AS way
    FROM steps
    WINDOW
        part AS (PARTITION BY date > as_of),
        so_far AS (PARTITION BY date > as_of ORDER BY date)
)

SELECT
    date,
    spend,
    spent,
    -- Through the targets of today, to the budget.
    CASE WHEN is_over THEN pacing_target * even_way ELSE pacing_target + (budget - pacing_target) * even_way END AS even,
    CASE
        WHEN is_over THEN seasonal_target * way
        ELSE seasonal_target + (budget - seasonal_target) * way
    END AS seasonal,
    CASE
        WHEN date = as_of THEN spent
        WHEN NOT is_over THEN spent_to_date + (projected_total - spent_to_date) * way
    END AS projected,
    CASE
        WHEN date = as_of THEN spent
        WHEN NOT is_over THEN spent_to_date + (projected_low - spent_to_date) * way
    END AS projected_low,
    CASE
        WHEN date = as_of THEN spent
        WHEN NOT is_over THEN spent_to_date + (projected_high - spent_to_date) * way
    END AS projected_high
FROM sums
WHERE date BETWEEN least(as_of, period_end) - 800 AND greatest(as_of, period_start) + 400
