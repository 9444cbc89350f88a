-- Words and times of entities as platforms write them.

-- NULL for a word that is not known: the caller falls back to another word of the same entity.
CREATE OR REPLACE TEMP MACRO unified_status(word) AS
    CASE
        WHEN upper(word) IN (
            'ACTIVE', 'ENABLED', 'RUNNING', 'NOT_STARTED', 'SERVING', 'PENDING', 'IN_PROCESS', 'WITH_ISSUES',
            'PENDING_REVIEW', 'PREAPPROVED', 'PENDING_BILLING_INFO'
        ) THEN 'active'
        WHEN upper(word) IN (
            'PAUSED', 'CAMPAIGN_PAUSED', 'ADSET_PAUSED', 'ADVERTISER_DISABLED', 'DISAPPROVED', 'SUSPENDED'
        ) THEN 'paused'
        WHEN upper(word) = 'DRAFT' THEN 'draft'
        WHEN upper(word) IN ('COMPLETED', 'ENDED') THEN 'ended'
        WHEN upper(word) IN ('REMOVED', 'DELETED', 'ARCHIVED', 'DELETED_DRAFT') THEN 'removed'
    END;

CREATE OR REPLACE TEMP MACRO local_time(utc_timestamp, zone) AS
    CAST(utc_timestamp AS TIMESTAMP) AT TIME ZONE 'UTC' AT TIME ZONE zone;

CREATE OR REPLACE TEMP MACRO local_day(utc_timestamp, zone) AS CAST(local_time(utc_timestamp, zone) AS DATE);

-- ISO text with an offset, or Unix seconds -> UTC.
CREATE OR REPLACE TEMP MACRO utc_of_iso(text) AS TRY_CAST(text AS TIMESTAMPTZ) AT TIME ZONE 'UTC';

CREATE OR REPLACE TEMP MACRO utc_of_seconds(digits) AS
    TRY(to_timestamp(nullif(whole_number(digits), 0)) AT TIME ZONE 'UTC');

-- Zero and absent both mean that no budget is set.
CREATE OR REPLACE TEMP MACRO budget_of(amount) AS CASE WHEN amount > 0 THEN amount END;
