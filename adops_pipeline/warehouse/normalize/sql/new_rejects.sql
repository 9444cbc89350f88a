-- Rows put aside, with the id that the same row has whenever it is pulled again. A row that names no day of its pull
-- counts as long as the pull still stands for any day.
CREATE OR REPLACE TEMP TABLE new_rejects AS
SELECT DISTINCT ON (reject_id)
    pull_no,
    md5(concat_ws(chr(31), $platform, $report, pulls.account_id, reason, raw)) AS reject_id,
    pulls.account_id,
    date,
    reason,
    CASE WHEN json_valid(raw) THEN CAST(raw AS JSON) ELSE to_json(raw) END AS raw,
    pulls.pulled_at
FROM staged
JOIN batch_pulls AS pulls USING (pull_no)
WHERE reason IS NOT NULL
    AND pull_no IN (SELECT pull_no FROM won_days)
    AND (
        date IS NULL
        OR date NOT BETWEEN pulls.range_start AND pulls.range_end
        OR (pull_no, date) IN (SELECT (pull_no, date) FROM won_days)
    )
ORDER BY reject_id, pull_no DESC
