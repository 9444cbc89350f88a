-- Totals of the periods that end the day before the account's first complete day, from the newest pull of each. A
-- platform leaves out campaigns that spent nothing: theirs is zero.
WITH asked AS (
    SELECT pulls.*
    FROM raw_pulls AS pulls
    JOIN known_days AS known
        ON known.platform = pulls.platform AND known.account_id = pulls.account_id
        AND pulls.range_end = known.known_from - 1
    WHERE pulls.report = 'campaign_totals' AND pulls.state IN ('applied', 'pruned')
    QUALIFY row_number() OVER (
        PARTITION BY pulls.platform, pulls.account_id, range_start ORDER BY pulled_at DESC, pull_id DESC
    ) = 1
),
totals AS (
    SELECT pull_id, campaign_id, spend FROM period_totals
    UNION ALL BY NAME
    SELECT asked.pull_id, campaigns.external_id AS campaign_id, 0 AS spend
    FROM asked
    JOIN campaigns ON campaigns.platform = asked.platform AND campaigns.account_id = asked.account_id
)
SELECT
    platform, account_id, campaign_id, range_start AS period_start, range_end AS period_end,
    CAST(sum(spend) AS DECIMAL(18, 6)) AS spend, currency, pulled_at
FROM asked
JOIN totals USING (pull_id)
GROUP BY ALL
ORDER BY platform, campaign_id, period_start
