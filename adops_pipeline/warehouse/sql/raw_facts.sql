-- What a raw daily row says of its day, spend and impressions, read from the platform's own JSON. Absent counts as 0;
-- so does what is no number: such a row is rejected, and counts as 0 there too. `raw_texts` parses a row once, in the
-- order in which `raw_facts` reads them.
CREATE OR REPLACE TEMP MACRO raw_texts(platform, wire) AS
    CASE platform
        WHEN 'google-ads'
            THEN CASE
                WHEN contains(CAST(wire AS VARCHAR), '"segments"') AND contains(CAST(wire AS VARCHAR), '"costMicros"')
                    AND contains(CAST(wire AS VARCHAR), '"metrics"')
                THEN json_extract_string(wire, ['$.segments.date', '$.metrics.costMicros', '$.metrics.impressions'])
            -- Other spellings of the same row.
            ELSE list_transform(
                [json_extract_string(
                    wire,
                    ['$.segments.date', '$.metrics.costMicros', '$.metrics.impressions', '$.metrics.cost_micros',
                     '$."metrics.cost_micros"', '$."metrics.costMicros"', '$.metrics_cost_micros', '$.metrics_costMicros',
                     '$.cost_micros', '$.costMicros', '$."segments.date"', '$.segments_date', '$.date',
                     '$."metrics.impressions"', '$.metrics_impressions', '$.impressions'])],
                lambda found: [
                    coalesce(found[1], found[11], found[12], found[13]),
                    coalesce(found[2], found[4], found[5], found[6], found[7], found[8], found[9], found[10]),
                    coalesce(found[3], found[14], found[15], found[16])
                ]
            )[1]
            END
        WHEN 'meta-ads' THEN json_extract_string(wire, ['$.date_start', '$.spend', '$.impressions'])
        WHEN 'pinterest'
            THEN json_extract_string(
                wire,
                ['$.DATE', '$.SPEND_IN_MICRO_DOLLAR', '$.PAID_IMPRESSION', '$.IMPRESSION_1', '$.IMPRESSION_2',
                 '$.TOTAL_IMPRESSION', '$.SPEND_IN_DOLLAR'])
    END;

CREATE OR REPLACE TEMP MACRO raw_facts(platform, pinterest_traffic, texts) AS
    {
        'date': TRY_CAST(texts[1] AS DATE),
        'micros': CASE platform
            WHEN 'meta-ads' THEN (TRY_CAST(texts[2] AS DECIMAL(18, 6))::DECIMAL(26, 6) * 1000000)::HUGEINT
            WHEN 'pinterest'
                THEN coalesce(
                    TRY_CAST(texts[2] AS BIGINT)::HUGEINT,
                    CASE
                        WHEN texts[2] IS NULL
                            THEN (TRY_CAST(texts[7] AS DECIMAL(18, 6))::DECIMAL(26, 6) * 1000000)::HUGEINT
                    END)
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
