-- Where budgets are set on ad groups, the campaign's is the sum of its active ones; of those that ended when the flight is
-- over; else there is none. Google has no such budgets, so a shared budget is never touched.
UPDATE campaigns
SET daily_budget = summed.daily_budget,
    lifetime_budget = summed.lifetime_budget,
    budget = coalesce(summed.daily_budget, summed.lifetime_budget),
    budget_period = CASE
        WHEN summed.daily_budget IS NOT NULL THEN 'daily'
        WHEN summed.lifetime_budget IS NOT NULL THEN 'lifetime'
    END
FROM (
    SELECT
        platform,
        campaign_id,
        sum(daily_budget) FILTER (WHERE status = counted) AS daily_budget,
        sum(lifetime_budget) FILTER (WHERE status = counted) AS lifetime_budget
    FROM (
        SELECT
            *,
            CASE WHEN bool_or(status = 'active') OVER (PARTITION BY campaign_id) THEN 'active' ELSE 'ended' END
                AS counted
        FROM ad_groups
        WHERE platform = $platform
            AND account_id IN (SELECT account_id FROM won_days)
            AND status <> 'removed'
            AND (daily_budget IS NOT NULL OR lifetime_budget IS NOT NULL)
    )
    GROUP BY platform, campaign_id
) AS summed
WHERE campaigns.platform = summed.platform AND campaigns.external_id = summed.campaign_id
