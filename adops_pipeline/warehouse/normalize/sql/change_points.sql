-- `change_points`: every value of a budget or status that is known, with the time from which it is known: our own
-- pulls, the last change before the first of them, the platforms' logs of changes, and the value at the beginning of
-- each stretch of days for which a log was read: the first value known in it, carried back. Amounts are text with six decimals, '' where none is set.
CREATE OR REPLACE TEMP TABLE change_points AS
WITH own AS (
    SELECT
        observed.*,
        report = 'campaigns' AS is_campaign,
        CASE WHEN is_shared_budget THEN budget_id ELSE entity_id END AS owner
    FROM entity_observations AS observed
),
first_seen AS (
    -- Of the ad groups that share a campaign's budget, the sum is known once all of them are.
    SELECT
        *,
        CASE WHEN is_campaign THEN unchanged_since
            WHEN count(unchanged_since) OVER together = count(*) OVER together THEN max(unchanged_since) OVER together
        END AS since,
        CASE WHEN is_campaign THEN unchanged_from ELSE max(unchanged_from) OVER together END AS since_day
    FROM (FROM own QUALIFY row_number() OVER (PARTITION BY platform, report, entity_id ORDER BY pulled_at) = 1)
    WINDOW together AS (PARTITION BY platform, report, campaign_id, pulled_at)
),
dated AS (
    SELECT * EXCLUDE (unchanged_since, unchanged_from)
    FROM own
    UNION ALL BY NAME
    -- What the first pull saw has been so since the last change before it. What later pulls saw differs from the pull
    -- before, so it is known from their own time.
    SELECT * EXCLUDE (unchanged_since, unchanged_from, since, since_day, pulled_at, seen_on), since AS pulled_at,
        since_day AS seen_on
    FROM first_seen
    WHERE since < pulled_at
),
observed AS (
    SELECT platform, account_id, is_campaign, owner AS id, 'daily_budget' AS field, pulled_at AS known_at,
        seen_on AS day, coalesce(CAST(daily_budget AS VARCHAR), '') AS value
    FROM dated
    UNION ALL BY NAME
    SELECT platform, account_id, is_campaign, owner AS id, 'lifetime_budget' AS field, pulled_at AS known_at,
        seen_on AS day, coalesce(CAST(lifetime_budget AS VARCHAR), '') AS value
    FROM dated
    UNION ALL BY NAME
    SELECT platform, account_id, is_campaign, entity_id AS id, 'status' AS field, pulled_at AS known_at, seen_on AS day,
        status AS value
    FROM dated
),
budgets AS (
    SELECT platform, budget_id, max_by(owner, pulled_at) AS owner
    FROM own
    WHERE is_campaign AND budget_id IS NOT NULL
    GROUP BY platform, budget_id
),
logged AS (
    SELECT
        events.platform, events.account_id, object <> 'ad_group' AS is_campaign,
        CASE WHEN object = 'budget' THEN budgets.owner ELSE object_id END AS id,
        field, changed_at AS known_at, change_date AS day, event_no, old_value, new_value
    FROM change_events AS events
    LEFT JOIN budgets ON budgets.platform = events.platform AND budgets.budget_id = events.object_id
    WHERE field <> 'bid' AND id IS NOT NULL
),
asked AS (
    SELECT platform, account_id, range_start, range_end,
        max(range_end) OVER (
            PARTITION BY platform, account_id ORDER BY range_start, range_end
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS before
    FROM raw_pulls
    WHERE report = 'changes' AND state IN ('applied', 'pruned')
),
stretches AS (
    SELECT platform, account_id, min(range_start) AS first, max(range_end) AS last
    FROM (
        SELECT *, count(*) FILTER (before IS NULL OR before < range_start - 1) OVER (
            PARTITION BY platform, account_id ORDER BY range_start, range_end
        ) AS stretch
        FROM asked
    )
    GROUP BY platform, account_id, stretch
),
existing AS (
    SELECT platform, is_campaign, id, min(exists_from) AS exists_from
    FROM (
        SELECT platform, is_campaign, unnest([owner, entity_id]) AS id, exists_from FROM own
    )
    GROUP BY ALL
),
carried AS (
    SELECT
        known.platform, known.account_id, known.is_campaign, known.id, field,
        greatest(first, any_value(exists_from)) AS day,
        -- Before any instant of the local day, wherever the account is.
        CAST(day AS TIMESTAMP) - INTERVAL 15 HOUR AS known_at,
        min_by(value, (stated_at, rank)) AS value
    FROM (
        SELECT platform, account_id, is_campaign, id, field, known_at AS stated_at, day AS known_on, 1 AS rank, value
        FROM observed
        UNION ALL BY NAME
        SELECT platform, account_id, is_campaign, id, field, known_at AS stated_at, day AS known_on, 0 AS rank,
            old_value AS value
        FROM logged
        WHERE old_value IS NOT NULL
    ) AS known
    JOIN stretches
        ON stretches.platform = known.platform AND stretches.account_id = known.account_id
        AND known_on BETWEEN first AND last
    LEFT JOIN existing
        ON existing.platform = known.platform AND existing.is_campaign = known.is_campaign AND existing.id = known.id
    GROUP BY known.platform, known.account_id, known.is_campaign, known.id, field, first, last
    -- Where the first value is known from the first event, the event tells more than the day.
    HAVING day <= min(known_on)
)
SELECT *, 0 AS event_no, 'pull' AS source FROM observed
UNION ALL BY NAME
SELECT * EXCLUDE (old_value, new_value), new_value AS value, CASE platform WHEN 'google-ads' THEN 'change-event' ELSE 'activity' END AS source
FROM logged
WHERE new_value IS NOT NULL
UNION ALL BY NAME
SELECT *, -1 AS event_no, CASE platform WHEN 'google-ads' THEN 'change-event' ELSE 'activity' END AS source FROM carried
