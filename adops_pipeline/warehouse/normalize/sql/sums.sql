-- Meta's lists of actions, and sums of numbers that are still text.

-- The text of the first that is no number comes back instead of a sum, for the reject's reason.
-- The lambda names the list: an expression is planned once then.
CREATE OR REPLACE TEMP MACRO sum_of_texts(digits) AS
    list_transform(
        [digits],
        lambda texts: CASE
            WHEN len(texts) <= 1 THEN texts[1]
            ELSE list_transform(
                [list_transform(
                    list_filter(texts, lambda d: d IS NOT NULL),
                    lambda d: {'digits': d, 'value': wide_decimal(d)}
                )],
                lambda numbers: coalesce(
                    list_filter(numbers, lambda n: n.value IS NULL OR n.value < 0)[1].digits,
                    CAST(list_sum(list_transform(numbers, lambda n: n.value)) AS VARCHAR)
                )
            )[1]
        END
    )[1];

CREATE OR REPLACE TEMP MACRO sum_of_counts(one, other) AS
    CASE WHEN one IS NULL THEN other WHEN other IS NULL THEN one ELSE sum_of_texts([one, other]) END;

-- The first entry of the priority of which a row has a type; an entry may join disjoint types by +.
CREATE OR REPLACE TEMP MACRO first_of_priority(priority, types) AS
    list_filter(priority, lambda entry: list_has_any(string_split(entry, '+'), types))[1];

-- Whether a type stands in a row more than once.
CREATE OR REPLACE TEMP MACRO stands_again(types, entry) AS
    coalesce(list_contains(types[list_position(types, entry) + 1 :], entry), false);

-- Whether a list of the row holds the same object twice.
CREATE OR REPLACE TEMP MACRO holds_twice(line, path) AS
    len(json_extract(line, path)) > len(list_distinct(json_extract(line, path)));

-- What a row reports for an entry of the priority. A type stands once in a row, or once for each part by device,
-- destination and the like (action_breakdowns): the parts add up.
CREATE OR REPLACE TEMP MACRO action_value(actions, types, entry) AS
    CASE
        WHEN entry IS NULL THEN NULL
        WHEN contains(entry, '+') OR stands_again(types, entry)
            THEN sum_of_texts(list_transform(
                list_filter(actions, lambda a: list_contains(string_split(entry, '+'), a.action_type)),
                lambda a: a.value
            ))
        ELSE actions[list_position(types, entry)].value
    END;

-- As exact_digits, for the value of an action: the list is read again with its numbers made strings.
CREATE OR REPLACE TEMP MACRO exact_revenue(line, entry) AS
    list_transform(
        [from_json(
            regexp_replace(line, '"value"\s*:\s*(-?[0-9][-+0-9.eE]*)', '"value":"\1"', 'g'),
            '{"action_values": [{"action_type": "VARCHAR", "value": "VARCHAR"}]}'
        ).action_values],
        lambda actions: action_value(actions, list_transform(actions, lambda a: a.action_type), entry)
    )[1];
