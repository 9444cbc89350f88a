-- A newer pull's rejects replace the older ones': of a day where the row names one, else of the pulls it overlaps.
DELETE FROM analytics_rejects AS stored
WHERE stored.platform = $platform
    AND stored.report = $report
    AND (
        EXISTS (FROM won_days AS days WHERE days.account_id = stored.account_id AND days.date = stored.date)
        OR EXISTS (
            FROM raw_pulls AS older
            JOIN batch_pulls AS pulls USING (account_id)
            WHERE older.platform = $platform
                AND older.report = $report
                AND older.account_id = stored.account_id
                AND older.pulled_at = stored.pulled_at
                AND older.pulled_at <= pulls.pulled_at
                AND (older.range_start IS NULL
                    OR (older.range_start <= pulls.range_end AND older.range_end >= pulls.range_start))
                AND (stored.date IS NULL OR stored.date NOT BETWEEN older.range_start AND older.range_end)
        )
    )
