-- The landed rows as text, one a line, each with its number: a row that is no JSON must not cost the others. JSON text
-- holds no raw control character, so the delimiter never occurs in a row.
lines AS (
    SELECT filename AS file, line, row_number() OVER () AS line_no
    FROM read_csv(
        $files, columns = {'line': 'VARCHAR'}, auto_detect = false, header = false, delim = E'\x1e\x1f', quote = '',
        escape = '', filename = true, hive_partitioning = false, strict_mode = false, null_padding = false,
        max_line_size = 16777216
    )
    WHERE line <> ''
)
