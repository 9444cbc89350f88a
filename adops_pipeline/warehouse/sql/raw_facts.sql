-- What a raw daily row says of its day, spend and impressions, read from the platform's own JSON. Absent counts as 0;
-- so does what is no number: such a row is put aside, and counts as 0 there too.
CREATE OR REPLACE TEMP MACRO raw_facts(platform, pinterest_traffic, wire) AS
    CASE platform
        WHEN 'google-ads' THEN {
            'date': TRY_CAST(json_extract_string(wire, '$.segments.date') AS DATE),
            'micros': TRY_CAST(json_extract_string(wire, '$.metrics.costMicros') AS BIGINT)::HUGEINT,
            'impressions': TRY_CAST(json_extract_string(wire, '$.metrics.impressions') AS BIGINT)
        }
        WHEN 'meta-ads' THEN {
            'date': TRY_CAST(json_extract_string(wire, '$.date_start') AS DATE),
            'micros': (TRY_CAST(json_extract_string(wire, '$.spend') AS DECIMAL(18, 6))::DECIMAL(26, 6) * 1000000)::HUGEINT,
            'impressions': TRY_CAST(json_extract_string(wire, '$.impressions') AS BIGINT)
        }
        WHEN 'pinterest' THEN {
            'date': TRY_CAST(json_extract_string(wire, '$.DATE') AS DATE),
            'micros': TRY_CAST(json_extract_string(wire, '$.SPEND_IN_MICRO_DOLLAR') AS BIGINT)::HUGEINT,
            'impressions': CASE pinterest_traffic
                WHEN 'paid' THEN TRY_CAST(
                    coalesce(wire ->> '$.PAID_IMPRESSION', wire ->> '$.IMPRESSION_1') AS BIGINT)
                WHEN 'earned' THEN TRY_CAST(wire ->> '$.IMPRESSION_2' AS BIGINT)
                ELSE coalesce(
                    TRY_CAST(wire ->> '$.TOTAL_IMPRESSION' AS BIGINT),
                    coalesce(TRY_CAST(coalesce(wire ->> '$.PAID_IMPRESSION', wire ->> '$.IMPRESSION_1') AS BIGINT), 0)
                        + coalesce(TRY_CAST(wire ->> '$.IMPRESSION_2' AS BIGINT), 0))
            END
        }
    END
