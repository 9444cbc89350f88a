-- Days and currencies whose rate is not the one that stands in the metrics; rate_to_reporting is NULL where none holds
-- any more.
CREATE OR REPLACE TEMP TABLE changed_rates AS
SELECT date, currency, now.rate_to_reporting
FROM fx_rates AS now
FULL JOIN fx_applied AS stands USING (date, currency)
WHERE now.rate_to_reporting IS DISTINCT FROM stands.rate_to_reporting
