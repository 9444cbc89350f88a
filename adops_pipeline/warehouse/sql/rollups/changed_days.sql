-- Days whose rows differ from those that the roll-ups were computed from.
SELECT date
FROM day_digests AS present
FULL JOIN rollup_sources AS rolled_up USING (date)
WHERE (present.row_count, present.digest) IS DISTINCT FROM (rolled_up.row_count, rolled_up.digest)
