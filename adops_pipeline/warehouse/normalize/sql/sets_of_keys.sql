-- The sets of keys that the rows of each file have: of the row, and of these objects in it.
SELECT DISTINCT filename, json_keys(json, ['$', '$.segments', '$.metrics'])
FROM read_ndjson_objects($files, filename = true, hive_partitioning = false, maximum_object_size = 16777216)
