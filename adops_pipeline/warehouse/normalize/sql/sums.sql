-- Meta's lists of actions, and sums of numbers that are still text.

CREATE OR REPLACE TEMP MACRO actions_of(actions, joined_types) AS
    CASE
        WHEN contains(joined_types, '+')
            THEN list_filter(actions, lambda a: list_contains(string_split(joined_types, '+'), a.action_type))
        ELSE list_filter(actions, lambda a: a.action_type = joined_types)
    END;

-- The text of the first that is no number comes back instead of a sum, for the reject's reason.
CREATE OR REPLACE TEMP MACRO sum_of_texts(digits) AS
    CASE
        WHEN len(digits) <= 1 THEN digits[1]
        ELSE list_transform(
            [list_transform(
                list_filter(digits, lambda d: d IS NOT NULL),
                lambda d: {'digits': d, 'value': wide_decimal(d)}
            )],
            lambda numbers: coalesce(
                list_filter(numbers, lambda n: n.value IS NULL OR n.value < 0)[1].digits,
                CAST(list_sum(list_transform(numbers, lambda n: n.value)) AS VARCHAR)
            )
        )[1]
    END;

CREATE OR REPLACE TEMP MACRO sum_of_actions(actions, joined_types) AS
    sum_of_texts(list_transform(actions_of(actions, joined_types), lambda a: a.value));

CREATE OR REPLACE TEMP MACRO sum_of_counts(one, other) AS
    CASE WHEN one IS NULL THEN other WHEN other IS NULL THEN one ELSE sum_of_texts([one, other]) END;

-- As exact_digits, for the value of an action: the list is read again with its numbers made strings.
CREATE OR REPLACE TEMP MACRO exact_action_values(line, digits, joined_types) AS
    CASE
        WHEN digits IS NULL OR regexp_full_match(digits, '[0-9]{1,9}([.][0-9]{1,6})?') THEN digits
        ELSE sum_of_actions(
            from_json(
                regexp_replace(line, '"value"\s*:\s*(-?[0-9][-+0-9.eE]*)', '"value":"\1"', 'g'),
                '{"action_values": [{"action_type": "VARCHAR", "value": "VARCHAR"}]}'
            ).action_values,
            joined_types
        )
    END;
