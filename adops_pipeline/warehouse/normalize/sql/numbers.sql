-- Numbers as platforms write them -> exact values. A text that is no such number, or does not fit, gives NULL.
-- Text goes to BIGINT and DECIMAL directly, never through DOUBLE. The first branch of each CASE is only there for
-- speed: casting text to a DECIMAL of more than 18 digits is a hundred times slower than to BIGINT.

CREATE OR REPLACE TEMP MACRO is_number(digits) AS
    regexp_full_match(trim(digits), '[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]{1,4})?');

CREATE OR REPLACE TEMP MACRO wide_decimal(digits) AS
    CASE WHEN is_number(digits) THEN TRY_CAST(trim(digits) AS DECIMAL(38, 6)) END;

CREATE OR REPLACE TEMP MACRO whole_number(digits) AS
    CASE
        WHEN regexp_full_match(digits, '[0-9]{1,18}') THEN CAST(digits AS BIGINT)
        WHEN digits IS NOT NULL AND wide_decimal(digits) = trunc(wide_decimal(digits))
            THEN TRY_CAST(wide_decimal(digits) AS BIGINT)
    END;

CREATE OR REPLACE TEMP MACRO money_from_units(digits) AS
    CASE
        WHEN regexp_full_match(digits, '[0-9]{1,11}([.][0-9]{1,6})?') THEN CAST(digits AS DECIMAL(18, 6))
        WHEN digits IS NOT NULL THEN TRY_CAST(wide_decimal(digits) AS DECIMAL(18, 6))
    END;

-- Moving the exponent keeps the division by a million in the text, so that it is rounded once.
CREATE OR REPLACE TEMP MACRO money_from_micros(digits) AS
    CASE
        WHEN regexp_full_match(digits, '[0-9]{1,18}')
            THEN CAST(CAST(CAST(digits AS BIGINT) AS DECIMAL(18, 0)) * 0.000001::DECIMAL(7, 6) AS DECIMAL(18, 6))
        WHEN is_number(digits)
            THEN TRY_CAST(TRY_CAST(
                concat(
                    regexp_extract(trim(digits), '^[^eE]+'),
                    'e',
                    coalesce(TRY_CAST(regexp_extract(digits, '[eE]([-+]?[0-9]+)', 1) AS INTEGER), 0) - 6
                ) AS DECIMAL(38, 6)) AS DECIMAL(18, 6))
    END;

CREATE OR REPLACE TEMP MACRO real_number(digits) AS
    CASE
        WHEN isfinite(TRY_CAST(digits AS DOUBLE)) AND NOT contains(digits, '_') THEN TRY_CAST(digits AS DOUBLE) + 0.0
    END;

-- A number as JSON text, NULL for what is none: other metrics of a platform are kept leniently.
CREATE OR REPLACE TEMP MACRO json_member(name, digits) AS
    CASE
        WHEN regexp_full_match(digits, '-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][-+]?[0-9]+)?')
            THEN concat('"', name, '":', digits)
        WHEN digits IS NOT NULL THEN concat('"', name, '":', to_json(digits))
    END;

CREATE OR REPLACE TEMP MACRO ratio(numerator, denominator) AS
    CASE
        WHEN denominator > 0 AND isfinite(numerator::DOUBLE / denominator::DOUBLE)
            THEN numerator::DOUBLE / denominator::DOUBLE
    END;

-- Why a metric cannot be taken, naming its field and what stood there; NULL when it can. Absent means zero.
CREATE OR REPLACE TEMP MACRO number_problem(field, digits, value) AS
    CASE
        WHEN digits IS NULL OR value >= 0 THEN NULL
        WHEN value < 0 THEN concat(field, ' is negative: ', left(digits, 60))
        WHEN NOT is_number(digits) THEN concat(field, ' is not a number: ', left(digits, 60))
        WHEN typeof(value) = 'BIGINT' AND wide_decimal(digits) <> trunc(wide_decimal(digits))
            THEN concat(field, ' is not a whole number: ', left(digits, 60))
        ELSE concat(field, ' is too large: ', left(digits, 60))
    END;

-- The parser renders a JSON number with a point or an exponent through DOUBLE. Where that could round, the digits are
-- taken from the line itself: quotes inside a JSON string are escaped, so only the key can match.
CREATE OR REPLACE TEMP MACRO exact_digits(line, key, digits) AS
    CASE
        WHEN digits IS NULL OR regexp_full_match(digits, '[0-9]{1,18}|[0-9]{1,9}[.][0-9]{1,6}') THEN digits
        ELSE coalesce(
            nullif(regexp_extract(line, concat('"', key, '"\s*:\s*(-?[0-9][-+0-9.eE]*)'), 1), ''),
            digits
        )
    END;
