wire AS (
    SELECT filename AS file, NULL::VARCHAR AS line, NULL::BIGINT AS line_no, __packed__ AS j
    FROM read_json(
        $files, columns = __columns__, format = 'newline_delimited', filename = true, hive_partitioning = false,
        maximum_object_size = 16777216
    )
)
