-- What the keys of a row say of it. Names are compared without case and underscores.
CREATE OR REPLACE TEMP MACRO plain_key(name) AS lower(replace(name, '_', ''));

CREATE OR REPLACE TEMP MACRO part_reason(names) AS
    CASE WHEN names IS NOT NULL THEN concat('the row is a part of the campaign''s day (by ', names, ')') END;

CREATE OR REPLACE TEMP MACRO stands_twice(keys) AS len(keys) > len(list_distinct(keys));

-- Entries of an object that say something. Google's clients write what was not asked for as UNSPECIFIED, 0 or an empty
-- list; the hour 0 is a value.
CREATE OR REPLACE TEMP MACRO said(object) AS
    list_filter(
        map_entries(object),
        lambda e: e.value IS NOT NULL
            AND CAST(e.value AS VARCHAR) NOT IN ('"UNSPECIFIED"', '[]')
            AND NOT (CAST(e.value AS VARCHAR) = '0' AND lower(e.key) <> 'hour')
    );

-- Keys of a row of Google by which it is a part of its day: segments, also those of rows without objects, and the
-- resource that the row is of.
CREATE OR REPLACE TEMP MACRO google_parts(row_object, segments, days, divisions, objects) AS
    list_concat(
        coalesce(
            list_transform(
                list_filter(said(segments), lambda e: NOT list_contains(days, plain_key(e.key))), lambda e: e.key
            ),
            []
        ),
        coalesce(
            list_transform(
                list_filter(
                    said(row_object),
                    lambda e: CASE
                        WHEN regexp_matches(e.key, '^segments[._]')
                            THEN NOT list_contains(days, plain_key(substr(e.key, 10)))
                        WHEN starts_with(CAST(e.value AS VARCHAR), '{')
                            THEN NOT list_contains(objects, plain_key(e.key))
                                AND regexp_matches(CAST(e.value AS VARCHAR), '"resource_?[nN]ame"')
                        WHEN contains(e.key, '.')
                            THEN NOT list_contains(objects, plain_key(split_part(e.key, '.', 1)))
                        ELSE list_contains(divisions, plain_key(e.key))
                    END
                ),
                lambda e: e.key
            ),
            []
        )
    );

CREATE OR REPLACE TEMP MACRO named_parts(row_object, divisions) AS
    list_transform(
        list_filter(
            map_entries(row_object),
            lambda e: e.value IS NOT NULL AND list_contains(divisions, plain_key(e.key))
        ),
        lambda e: e.key
    );

-- Values under keys of which nothing is known, by key.
CREATE OR REPLACE TEMP MACRO unknown_values(row_object, known) AS
    map_from_entries(list_transform(
        list_filter(
            map_entries(row_object),
            lambda e: e.value IS NOT NULL AND NOT regexp_full_match(plain_key(e.key), known)
        ),
        lambda e: {'key': e.key, 'value': CAST(e.value AS VARCHAR)}
    ));

-- That a row has no value of a metric, but one under a name that is not read; NULL where there is nothing to say.
CREATE OR REPLACE TEMP MACRO name_problem(field, digits, odd_keys, names) AS
    CASE
        WHEN digits IS NULL AND list_has_any(list_transform(odd_keys, lambda k: plain_key(k)), names)
            THEN concat(
                list_filter(odd_keys, lambda k: list_contains(names, plain_key(k)))[1],
                ' is no name of the platform''s reports, which have ', field
            )
    END;
