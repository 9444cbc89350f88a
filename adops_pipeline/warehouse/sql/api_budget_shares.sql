-- Budgets in force on the newest day of each account, by platform, in the reporting currency. Where the daily budgets of
-- some past days are not known, the present one counts for all days of the period.
SELECT
    paced.platform,
    count(*) AS budgets,
    sum(coalesce(paced.budget, paced.daily_budget * (paced.period_end - paced.period_start + 1))::DOUBLE * rates.rate_to_reporting::DOUBLE) AS budget,
    sum(paced.spent_to_date::DOUBLE * rates.rate_to_reporting::DOUBLE) AS spent,
    sum(paced.projected_total::DOUBLE * rates.rate_to_reporting::DOUBLE) AS projected
FROM rollup_pacing AS paced
INNER JOIN fx_rates AS rates ON rates.currency = paced.currency AND rates.date = paced.as_of
LEFT JOIN campaigns ON campaigns.platform = paced.platform AND campaigns.external_id = paced.campaign_id
WHERE
    coalesce(paced.budget, paced.daily_budget * (paced.period_end - paced.period_start + 1)) > 0
    AND paced.verdict NOT IN ('paused', 'ended', 'not-started', 'no-budget')
    AND (len($platforms) = 0 OR list_contains($platforms, paced.platform))
    AND (len($accounts) = 0 OR list_contains($accounts, paced.account_id))
    AND (len($currencies) = 0 OR list_contains($currencies, paced.currency))
    AND ($project IS NULL OR campaigns.project_id = $project)
GROUP BY paced.platform
ORDER BY paced.platform
