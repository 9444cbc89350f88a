-- As lines.sql, each row with its number in its pull, so that of two rows for one day the later is known.
lines AS (
    SELECT filename AS file, line, row_number() OVER () AS line_no
    FROM read_csv(
        $files, columns = {'line': 'VARCHAR'}, auto_detect = false, header = false, delim = E'\x1e\x1f', quote = '',
        escape = '', filename = true, hive_partitioning = false, strict_mode = false, null_padding = false,
        max_line_size = 16777216
    )
    WHERE line <> ''
)
