-- What the labels say is in the record; the rows are those of the table.
SELECT
    fingerprint,
    severity,
    name,
    source,
    platform,
    record ->> '$.alert.labels.account_id' AS account_id,
    record ->> '$.alert.labels.campaign_id' AS campaign_id,
    record ->> '$.alert.labels.campaign_name' AS campaign_name,
    record ->> '$.alert.labels.project_id' AS project_id,
    summary,
    fired_at,
    record ->> '$.acknowledgement.by' AS acknowledged_by
FROM alerts
WHERE status = 'firing'
