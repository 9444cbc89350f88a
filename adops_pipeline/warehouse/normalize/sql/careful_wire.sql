-- Every line as an object of texts, and what its keys say (see keys.py).
told AS (
    SELECT
        file,
        line,
        line_no,
        CASE WHEN starts_with(ltrim(line), '{') THEN TRY(from_json(line, '"MAP(VARCHAR, JSON)"')) END AS given,
        TRY(from_json(json_extract(line, '$.segments'), '"MAP(VARCHAR, JSON)"')) AS segments,
        TRY(json_keys(line)) AS keys,
        TRY(json_keys(line, '$.segments')) AS segment_keys,
        TRY(json_keys(line, '$.metrics')) AS metric_keys,
        __told__ AS text
    FROM lines
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
        stands_twice(keys) OR stands_twice(segment_keys) OR stands_twice(metric_keys) AS repeats_key
    FROM told
)
