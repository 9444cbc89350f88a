-- Numbers as platforms write them -> exact values. A text that is no such number, or does not fit, gives NULL.
-- Text goes to BIGINT and DECIMAL directly, never through DOUBLE. The first branch of each CASE is only there for
-- speed: casting text to a DECIMAL of more than 18 digits is a hundred times slower than to BIGINT.

CREATE OR REPLACE TEMP MACRO is_number(digits) AS
    regexp_full_match(trim(digits), '[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]{1,4})?');

-- The number times 10^shift without an exponent: DuckDB rounds texts with exponents wrongly ('5e-8' to 0.000001), and
-- moving the point in the text rounds once. The lambdas only name intermediate values.
CREATE OR REPLACE TEMP MACRO without_exponent(digits, shift) AS
    list_transform(
        list_transform(
            [regexp_extract(
                digits, '^\s*([-+]?)0*([0-9]*)[.]?([0-9]*)(?:[eE]([-+]?[0-9]{1,4}))?\s*$',
                ['sign', 'whole', 'fraction', 'exponent']
            )],
            lambda n: {
                'sign': n.sign,
                'digits': concat(n.whole, n.fraction),
                'point': CAST(length(n.whole) + coalesce(TRY_CAST(n.exponent AS INTEGER), 0) + shift AS INTEGER)
            }
        ),
        lambda n: concat(
            n.sign,
            CASE
                WHEN n.point <= 0 THEN concat('0.', repeat('0', -n.point), n.digits)
                WHEN n.point >= length(n.digits) THEN concat(n.digits, repeat('0', n.point - length(n.digits)))
                ELSE concat(left(n.digits, n.point), '.', substr(n.digits, n.point + 1))
            END
        )
    )[1];

-- The lambda names the digits: an expression is planned once then.
CREATE OR REPLACE TEMP MACRO wide_decimal(digits) AS
    list_transform(
        [digits], lambda d: CASE WHEN is_number(d) THEN TRY_CAST(without_exponent(d, 0) AS DECIMAL(38, 6)) END
    )[1];

-- An id is digits, and text: beyond 2^53 a number with a point has lost some of them, so only short ones are mended.
CREATE OR REPLACE TEMP MACRO identifier(digits) AS
    CASE
        WHEN regexp_full_match(digits, '[0-9]{1,40}') THEN digits
        WHEN regexp_full_match(digits, '\s*([0-9]{1,40}|[0-9]{1,15}[.]0*)\s*') THEN regexp_extract(digits, '[0-9]+')
    END;

-- Why an id cannot be taken; NULL when it can, or where there is none.
CREATE OR REPLACE TEMP MACRO identifier_problem(field, digits, value) AS
    CASE WHEN value IS NULL AND digits <> '' THEN concat(field, ' is not digits: ', left(digits, 60)) END;

CREATE OR REPLACE TEMP MACRO whole_number(digits) AS
    CASE
        WHEN regexp_full_match(digits, '[0-9]{1,18}') THEN CAST(digits AS BIGINT)
        WHEN digits IS NOT NULL
            THEN list_transform([wide_decimal(digits)], lambda d: CASE WHEN d = trunc(d) THEN TRY_CAST(d AS BIGINT) END)[1]
    END;

-- Money: `precise` gives the digits again where the parser may have rounded them (see exact_digits); it is worked out
-- for those rows only.
CREATE OR REPLACE TEMP MACRO exact_money_from_units(digits, precise) AS
    CASE
        WHEN regexp_full_match(digits, '[0-9]{1,9}([.][0-9]{1,6})?') THEN CAST(digits AS DECIMAL(18, 6))
        WHEN digits IS NOT NULL THEN TRY_CAST(wide_decimal(precise) AS DECIMAL(18, 6))
    END;

CREATE OR REPLACE TEMP MACRO exact_money_from_micros(digits, precise) AS
    CASE
        WHEN regexp_full_match(digits, '[0-9]{1,18}')
            THEN CAST(CAST(CAST(digits AS BIGINT) AS DECIMAL(18, 0)) * 0.000001::DECIMAL(7, 6) AS DECIMAL(18, 6))
        WHEN is_number(digits)
            THEN TRY_CAST(TRY_CAST(without_exponent(precise, -6) AS DECIMAL(38, 6)) AS DECIMAL(18, 6))
    END;

CREATE OR REPLACE TEMP MACRO money_from_units(digits) AS exact_money_from_units(digits, digits);

CREATE OR REPLACE TEMP MACRO money_from_micros(digits) AS exact_money_from_micros(digits, digits);

-- Numbers below this bound fit DECIMAL(18, 6), in which sums are exact.
CREATE OR REPLACE TEMP MACRO real_number(digits) AS
    CASE
        WHEN abs(TRY_CAST(digits AS DOUBLE)) < 1e12 AND NOT contains(digits, '_') THEN TRY_CAST(digits AS DOUBLE) + 0.0
    END;

CREATE OR REPLACE TEMP MACRO ratio(numerator, denominator) AS
    CASE
        WHEN denominator > 0 AND isfinite(numerator::DOUBLE / denominator::DOUBLE)
            THEN numerator::DOUBLE / denominator::DOUBLE
    END;

-- A metric as it is stored: absent means zero, and what cannot be taken is NULL. No platform documents negative values.
CREATE OR REPLACE TEMP MACRO taken(digits, value) AS CASE WHEN digits IS NULL THEN 0 WHEN value >= 0 THEN value END;

-- Why a metric cannot be taken, naming its field and what stood there; NULL when it can. Absent means zero.
CREATE OR REPLACE TEMP MACRO number_problem(field, digits, value) AS
    CASE
        WHEN digits IS NULL OR value >= 0 THEN NULL
        WHEN value < 0 THEN concat(field, ' is negative: ', left(digits, 60))
        WHEN NOT is_number(digits) THEN concat(field, ' is not a number: ', left(digits, 60))
        WHEN typeof(value) = 'BIGINT' AND TRY_CAST(digits AS DOUBLE) <> trunc(TRY_CAST(digits AS DOUBLE))
            THEN concat(field, ' is not a whole number: ', left(digits, 60))
        ELSE concat(field, ' is too large: ', left(digits, 60))
    END;

-- The parser renders a JSON number with a point or an exponent through DOUBLE. These are the digits in the line itself:
-- quotes inside a JSON string are escaped, so only the key can match. A JSON string was not rounded.
CREATE OR REPLACE TEMP MACRO exact_digits(line, key, digits) AS
    coalesce(
        -- The same key may stand elsewhere in the row: only a number that the parser reads alike can be the one meant.
        list_filter(
            regexp_extract_all(line, concat('"', key, '"\s*:\s*(-?[0-9][-+0-9.eE]*)'), 1),
            lambda found: TRY_CAST(found AS DOUBLE) = TRY_CAST(digits AS DOUBLE)
        )[1],
        digits
    );

-- Whether digits that went through the parser's DOUBLE still round to the same micro-unit: so many digits survive, and
-- below 10^8 only a seventh decimal of 5 can hide digits that were on the other side of it.
CREATE OR REPLACE TEMP MACRO digits_survive(digits) AS
    digits IS NULL
    OR regexp_full_match(digits, '[0-9]{1,18}|[0-9]{1,8}[.]([0-9]{1,6}|[0-9]{6}[0-46-9]|[0-9]{8,})');

-- DuckDB multiplies two DECIMAL(18) in 64 bits: the wider type makes it 128.
CREATE OR REPLACE TEMP MACRO in_reporting_currency(amount, rate) AS
    TRY_CAST(CAST(amount AS DECIMAL(20, 6)) * rate AS DECIMAL(18, 6));
