-- What a raw daily row says of its day, spend and impressions, read from the platform's own JSON. Absent counts as 0;
-- so does what is no number: such a row is rejected, and counts as 0 there too. `raw_texts` parses a row once, in the
-- order in which `raw_facts` reads them.
CREATE OR REPLACE TEMP MACRO raw_texts(platform, wire) AS
    CASE platform
        WHEN 'google-ads'
            THEN json_extract_string(wire, ['$.segments.date', '$.metrics.costMicros', '$.metrics.impressions'])
        WHEN 'meta-ads' THEN json_extract_string(wire, ['$.date_start', '$.spend', '$.impressions'])
        WHEN 'pinterest'
            THEN json_extract_string(
                wire,
                ['$.DATE', '$.SPEND_IN_MICRO_DOLLAR', '$.PAID_IMPRESSION', '$.IMPRESSION_1', '$.IMPRESSION_2',
                 '$.TOTAL_IMPRESSION'])
    END;

CREATE OR REPLACE TEMP MACRO raw_facts(platform, pinterest_traffic, texts) AS
    {
        'date': TRY_CAST(texts[1] AS DATE),
        'micros': CASE platform
            WHEN 'meta-ads' THEN (TRY_CAST(texts[2] AS DECIMAL(18, 6))::DECIMAL(26, 6) * 1000000)::HUGEINT
            ELSE TRY_CAST(texts[2] AS BIGINT)::HUGEINT
        END,
        'impressions': CASE
            WHEN platform <> 'pinterest' THEN TRY_CAST(texts[3] AS BIGINT)
            WHEN pinterest_traffic = 'paid' THEN TRY_CAST(coalesce(texts[3], texts[4]) AS BIGINT)
            WHEN pinterest_traffic = 'earned' THEN TRY_CAST(texts[5] AS BIGINT)
            ELSE coalesce(
                TRY_CAST(texts[6] AS BIGINT),
                coalesce(TRY_CAST(coalesce(texts[3], texts[4]) AS BIGINT), 0)
                    + coalesce(TRY_CAST(texts[5] AS BIGINT), 0))
        END
    }
