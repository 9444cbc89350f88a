-- An account's row gives its name; currency and time zone are the pull's, which every other row is read with.
CREATE OR REPLACE TEMP TABLE written AS
SELECT
    $platform AS platform, pulls.account_id, any_value(staged.name) AS name, pulls.currency, pulls.timezone,
    pulls.pulled_at AS synced_at
FROM batch_pulls AS pulls
JOIN won_days USING (pull_no)
LEFT JOIN staged ON staged.pull_no = pulls.pull_no AND staged.reason IS NULL
GROUP BY ALL
