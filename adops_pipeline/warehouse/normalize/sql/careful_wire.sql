-- Every line as an object of texts, and what its keys say (see keys.py). An object with a key that stands twice cannot
-- be a map.
keyed AS (
    SELECT
        file,
        line,
        line_no,
        CASE WHEN starts_with(ltrim(line), '{') THEN TRY(json_keys(line)) END AS keys,
        TRY(json_keys(line, '$.segments')) AS segment_keys,
        TRY(json_keys(line, '$.metrics')) AS metric_keys,
        coalesce(stands_twice(keys), false)
            OR coalesce(stands_twice(segment_keys), false)
            OR coalesce(stands_twice(metric_keys), false) AS repeats_key
    FROM lines
),
told AS (
    SELECT
        *,
        CASE WHEN keys IS NOT NULL AND NOT repeats_key THEN TRY(from_json(line, '"MAP(VARCHAR, JSON)"')) END AS given,
        CASE
            WHEN len(segment_keys) > 0 AND NOT repeats_key
                THEN TRY(from_json(json_extract(line, '$.segments'), '"MAP(VARCHAR, JSON)"'))
        END AS segments,
        __told__ AS text
    FROM keyed
),
wire AS (
    SELECT
        file,
        line,
        line_no,
        TRY(from_json(text, '__structure__')) AS j,
        nullif(array_to_string(__parts__, ', '), '') AS part,
        unknown_values(given, '__known__') AS unknown,
        list_filter(list_concat(keys, metric_keys), lambda k: NOT list_contains(__names__, k)) AS odd_keys,
        list_has_any(list_concat(keys, metric_keys), __names__) AS names_metric,
        repeats_key
    FROM told
)
