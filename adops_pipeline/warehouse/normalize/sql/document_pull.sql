-- One document stands for one pull of any day, of the account and currency that the caller names, if any.
CREATE OR REPLACE TEMP TABLE batch_pulls AS
SELECT
    CAST($file AS VARCHAR) AS file,
    0 AS pull_no,
    CAST($account_id AS VARCHAR) AS account_id,
    CAST($currency AS VARCHAR) AS currency,
    CAST($first AS DATE) AS range_start,
    CAST($last AS DATE) AS range_end,
    1 AS rows,
    NULL::TIMESTAMP AS pulled_at,
    NULL::DATE AS pulled_on
