-- Words and times of entities as platforms write them.

-- NULL for a word that is not known: the caller falls back to another word of the same entity. A map, because DuckDB
-- plans each list of a CASE as a join of its own, which took longer than reading the rows.
CREATE OR REPLACE TEMP MACRO unified_status(word) AS
    MAP {
        'ACTIVE': 'active', 'ENABLED': 'active', 'RUNNING': 'active', 'NOT_STARTED': 'active', 'SERVING': 'active',
        'PENDING': 'active', 'IN_PROCESS': 'active', 'WITH_ISSUES': 'active', 'PENDING_REVIEW': 'active',
        'PREAPPROVED': 'active', 'PENDING_BILLING_INFO': 'active',
        'PAUSED': 'paused', 'CAMPAIGN_PAUSED': 'paused', 'ADSET_PAUSED': 'paused', 'ADVERTISER_DISABLED': 'paused',
        'DISAPPROVED': 'paused', 'SUSPENDED': 'paused',
        'DRAFT': 'draft',
        'COMPLETED': 'ended', 'ENDED': 'ended',
        'REMOVED': 'removed', 'DELETED': 'removed', 'ARCHIVED': 'removed', 'DELETED_DRAFT': 'removed'
    }[upper(word)];

CREATE OR REPLACE TEMP MACRO local_time(utc_timestamp, zone) AS
    CAST(utc_timestamp AS TIMESTAMP) AT TIME ZONE 'UTC' AT TIME ZONE zone;

CREATE OR REPLACE TEMP MACRO local_day(utc_timestamp, zone) AS CAST(local_time(utc_timestamp, zone) AS DATE);

-- ISO text with an offset, or Unix seconds -> UTC.
CREATE OR REPLACE TEMP MACRO utc_of_iso(text) AS TRY_CAST(text AS TIMESTAMPTZ) AT TIME ZONE 'UTC';

CREATE OR REPLACE TEMP MACRO utc_of_seconds(digits) AS
    TRY(to_timestamp(nullif(whole_number(digits), 0)) AT TIME ZONE 'UTC');

-- Zero and absent both mean that no budget is set. The lambda names the amount, whose expression is planned once then.
CREATE OR REPLACE TEMP MACRO budget_of(amount) AS list_filter([amount], lambda a: a > 0)[1];

-- The status words of Meta's activities; NULL for states that only pass.
CREATE OR REPLACE TEMP MACRO activity_status(word) AS
    MAP {'active': 'active', 'inactive': 'paused', 'paused': 'paused', 'archived': 'removed', 'deleted': 'removed'}[
        lower(word)
    ];

-- Exponent of an amount in Meta's minor units (developers.facebook.com/docs/marketing-api/currencies: offset 1 or 100).
CREATE OR REPLACE TEMP MACRO meta_exponent(currency) AS
CASE
    WHEN currency IN ('CLP', 'COP', 'CRC', 'HUF', 'IDR', 'ISK', 'JPY', 'KRW', 'PYG', 'TWD', 'VND') THEN ''
    ELSE 'e-2'
END;
