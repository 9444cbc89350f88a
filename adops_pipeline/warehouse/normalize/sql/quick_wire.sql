wire AS (
    SELECT filename AS file, NULL::VARCHAR AS line, NULL::BIGINT AS line_no, __packed__ AS j,
        NULL::VARCHAR AS part, NULL::MAP(VARCHAR, VARCHAR) AS unknown, NULL::VARCHAR[] AS odd_keys, false AS names_metric,
        false AS repeats_key
    FROM read_json(
        $files, columns = __columns__, format = 'newline_delimited', filename = true, hive_partitioning = false,
        maximum_object_size = 16777216
    )
)
