-- Usable pulls around $midnight (UTC): the first of all, the last before it, the newest of all; the first day of daily
-- rows that those before it asked for (if there are none: that any did); files deleted since.
SELECT
    min(pulled_at),
    max(pulled_at) FILTER (pulled_at < $midnight),
    max(pulled_at),
    coalesce(
        min(range_start) FILTER (report = 'campaign_daily' AND pulled_at < $midnight),
        min(range_start) FILTER (report = 'campaign_daily')
    ),
    count(*) FILTER (state = 'pruned' AND pulled_at < $midnight)::INTEGER
FROM raw_pulls
WHERE state <> 'damaged'
