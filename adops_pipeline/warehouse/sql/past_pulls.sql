-- Usable pulls around $midnight (UTC): the first of all, the last before it, the newest of all; files deleted since.
SELECT
    min(pulled_at),
    max(pulled_at) FILTER (pulled_at < $midnight),
    max(pulled_at),
    count(*) FILTER (state = 'pruned' AND pulled_at < $midnight)::INTEGER
FROM raw_pulls
WHERE state <> 'damaged'
