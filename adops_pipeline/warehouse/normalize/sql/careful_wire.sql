wire AS (
    SELECT file, line, line_no, TRY(from_json(line, '__structure__')) AS j FROM lines
)
