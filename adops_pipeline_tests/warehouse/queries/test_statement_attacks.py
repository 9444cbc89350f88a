"""Statements that attack the guard of queries: each is refused or answered as stated, and nothing is written."""

import hashlib
from pathlib import Path

import pytest

from adops_pipeline.warehouse.queries.read_only import BoundError, Bounds, QueryError, answering, query_snapshot

ANSWERED = """
SELECT 1
(SELECT 1)
((SELECT 1))
SELECT 1;
;SELECT 1
SELECT 1 -- ; DROP TABLE campaigns
/* COPY campaigns TO 'x' */ SELECT 1
SELECT 'COPY campaigns TO ''x''; DROP TABLE campaigns'
SELECT $$;DROP TABLE campaigns;$$
SELECT 1 AS "read_csv"
WITH read_csv AS (SELECT 1) FROM read_csv
FROM fx_rates
FROM fx_rates SELECT currency
TABLE fx_rates
VALUES (1), (2)
WITH a AS (SELECT 1 AS i) FROM a
WITH RECURSIVE r AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM r WHERE i < 5) FROM r
SHOW TABLES
SHOW ALL TABLES
SHOW DATABASES
SHOW fx_rates
DESCRIBE fx_rates
DESC fx_rates
DESCRIBE SELECT 1
FROM (DESCRIBE fx_rates)
SUMMARIZE fx_rates
SUMMARIZE SELECT 1
EXPLAIN SELECT 1
EXPLAIN ANALYZE SELECT 1
EXPLAIN (ANALYZE, FORMAT json) FROM fx_rates
EXPLAIN (FROM fx_rates)
EXPLAIN /* é */ SELECT 'é' -- é
PIVOT fx_rates ON currency USING sum(rate_to_reporting)
PIVOT fx_rates ON currency IN ('EUR') USING sum(rate_to_reporting)
WITH p AS (PIVOT fx_rates ON currency USING sum(rate_to_reporting)) FROM p
SELECT * FROM (PIVOT fx_rates ON currency USING sum(rate_to_reporting))
UNPIVOT (SELECT 1 AS a, 2 AS b) ON a, b INTO NAME n VALUE v
FROM information_schema.tables
FROM duckdb_columns() LIMIT 1
FROM duckdb_tables()
FROM sqlite_master
FROM pragma_table_info('fx_rates')
FROM test_all_types()
FROM range(10)
SELECT unnest([1, 2])
FROM json_each('{"a": 1}')
SELECT json_serialize_sql('SELECT 1')
SELECT version()
SELECT repeat('x', 1000)
SELECT list_transform([1, 2], lambda x: x + 1)
SELECT getvariable('secret')
SELECT * FROM fx_rates TABLESAMPLE 10%
SELECT COLUMNS(*) FROM fx_rates
SELECT * FROM fx_rates POSITIONAL JOIN range(3)
"""

REFUSED = r"""
DELETE FROM fx_rates
DELETE FROM fx_rates RETURNING *
INSERT INTO fx_rates SELECT * FROM fx_rates
INSERT OR REPLACE INTO fx_rates SELECT * FROM fx_rates
UPDATE fx_rates SET currency = 'USD'
TRUNCATE fx_rates
MERGE INTO fx_rates USING fx_rates b ON true WHEN MATCHED THEN DELETE
WITH a AS (SELECT 1) INSERT INTO fx_rates SELECT * FROM fx_rates
WITH a AS (INSERT INTO fx_rates SELECT * FROM fx_rates RETURNING *) FROM a
FROM (DELETE FROM fx_rates RETURNING *)
SELECT 1 INTO mine
SELECT * FROM fx_rates FOR UPDATE
DROP TABLE fx_rates
DROP VIEW IF EXISTS budgets_now
ALTER TABLE fx_rates ADD COLUMN x INTEGER
ALTER DATABASE snapshot SET ALIAS TO other
COMMENT ON TABLE fx_rates IS 'x'
CREATE TABLE mine AS SELECT 1
CREATE TABLE memory.main.mine AS SELECT 1
CREATE TEMP TABLE mine AS SELECT 1
CREATE TABLE mine AS PIVOT fx_rates ON currency USING sum(rate_to_reporting)
CREATE VIEW mine AS SELECT 1
CREATE TEMP VIEW mine AS SELECT 1
CREATE SCHEMA mine
CREATE SEQUENCE mine
CREATE TYPE mine AS ENUM ('a')
CREATE TYPE mine AS ENUM ('a'); PIVOT fx_rates ON currency USING sum(rate_to_reporting)
CREATE MACRO mine() AS TABLE FROM glob('*')
CREATE TEMP MACRO mine(a) AS a
CREATE FUNCTION mine(a) AS a
CREATE INDEX mine ON fx_rates (currency)
CREATE SECRET s (TYPE s3, KEY_ID 'a', SECRET 'b')
CREATE PERSISTENT SECRET s (TYPE s3)
CREATE OR REPLACE TEMPORARY SECRET s (TYPE http)
DROP SECRET s
ATTACH '{folder}/warehouse.duckdb' AS w
ATTACH '{folder}/warehouse.duckdb' AS w (READ_ONLY)
ATTACH ':memory:' AS m
ATTACH IF NOT EXISTS '{folder}/new.duckdb'
ATTACH OR REPLACE '{folder}/adops.duckdb' AS snapshot
ATTACH 'https://example.com/a.duckdb' AS w
DETACH snapshot
USE memory
COPY fx_rates TO '{folder}/stolen.csv'
COPY (SELECT 1) TO '{folder}/stolen.csv'
COPY (SELECT unhex('00')) TO '{folder}/adops.duckdb.wal' (FORMAT blob)
COPY (SELECT unhex('00')) TO '{folder}/adops.duckdb' (FORMAT blob)
COPY (SELECT 1) TO '{folder}/stolen.parquet' (FORMAT parquet)
COPY (SELECT 1) TO '{folder}/stolen.json'
COPY (SELECT 1) TO '{folder}/parts' (FORMAT csv, PARTITION_BY (x))
COPY (SELECT 1) TO '/dev/stdout'
COPY (PIVOT fx_rates ON currency USING sum(rate_to_reporting)) TO '{folder}/stolen.csv'
COPY fx_rates FROM '{folder}/secret.txt'
COPY FROM DATABASE snapshot TO memory
COPY FROM DATABASE snapshot TO memory (SCHEMA)
WITH a AS (SELECT 1) COPY a TO '{folder}/stolen.csv'
FROM (COPY (SELECT 1) TO '{folder}/stolen.csv')
/* SELECT */ COPY (SELECT 1) TO '{folder}/stolen.csv'
-- SELECT 1§COPY (SELECT 1) TO '{folder}/stolen.csv'
EXPORT DATABASE '{folder}/stolen'
EXPORT DATABASE snapshot TO '{folder}/stolen'
IMPORT DATABASE '{folder}'
INSTALL httpfs
INSTALL httpfs FROM community
FORCE INSTALL json
LOAD httpfs
LOAD json
LOAD '{folder}/evil.duckdb_extension'
UPDATE EXTENSIONS
SET enable_external_access = true
SET GLOBAL enable_external_access = true
SET lock_configuration = false
SET disabled_filesystems = ''
SET memory_limit = '100GB'
SET threads = 64
SET temp_directory = '{folder}/tmp'
SET log_query_path = '{folder}/log'
SET VARIABLE a = (SELECT 1)
RESET enable_external_access
RESET memory_limit
PRAGMA version
PRAGMA database_list
PRAGMA table_info('fx_rates')
PRAGMA enable_profiling
PRAGMA memory_limit = '100GB'
PRAGMA import_database('{folder}')
PRAGMA copy_database('snapshot', 'memory')
PRAGMA json_execute_serialized_sql('{}')
CALL duckdb_settings()
CALL pragma_version()
CALL enable_logging()
CALL enable_profiling()
CALL force_checkpoint()
CALL range(3)
CHECKPOINT
FORCE CHECKPOINT snapshot
VACUUM
ANALYZE
BEGIN
BEGIN TRANSACTION READ ONLY
COMMIT
ROLLBACK
PREPARE a AS SELECT 1
EXECUTE a
DEALLOCATE a
EXPLAIN DELETE FROM fx_rates
EXPLAIN ANALYZE DELETE FROM fx_rates
EXPLAIN (ANALYZE) CREATE TEMP TABLE mine AS SELECT 1
EXPLAIN ANALYZE COPY (SELECT 1) TO '{folder}/stolen.csv'
EXPLAIN (ANALYZE, FORMAT json) COPY (SELECT 1) TO '{folder}/stolen.csv'
EXPLAIN EXPLAIN ANALYZE COPY (SELECT 1) TO '{folder}/stolen.csv'
EXPLAIN /* SELECT */ ANALYZE INSERT INTO fx_rates FROM fx_rates
EXPLAIN FROM glob('*')
EXPLAIN ANALYZE SELECT * FROM read_text('{folder}/secret.txt')
EXPLAIN ATTACH ':memory:' AS m
EXPLAIN SET threads = 64
SELECT 1; SELECT 2
SELECT 1; COPY (SELECT 1) TO '{folder}/stolen.csv'
PIVOT fx_rates ON currency USING sum(rate_to_reporting); SELECT 1
SELECT * FROM '{folder}/secret.txt'
FROM '{folder}/adops.duckdb'
FROM '{folder}/warehouse.duckdb'
FROM 'https://example.com/a.parquet'
FROM 's3://bucket/a.parquet'
FROM "{folder}/stolen.csv"
FROM read_text('{folder}/secret.txt')
FROM read_text('{folder}/adops.duckdb')
FROM "read_text"('{folder}/secret.txt')
FROM main.read_text('{folder}/secret.txt')
FROM system.main.read_text('{folder}/secret.txt')
FROM READ_TEXT/**/('{folder}/secret.txt')
FROM read_blob('{folder}/adops.duckdb')
FROM read_blob('/dev/zero')
FROM read_csv('{folder}/secret.txt')
FROM read_csv_auto('/etc/passwd')
FROM read_json('{folder}/secret.txt')
FROM read_json_auto('{folder}/secret.txt')
FROM read_ndjson_objects('{folder}/secret.txt')
FROM read_parquet('{folder}/secret.txt')
FROM parquet_scan('{folder}/secret.txt')
FROM parquet_metadata('{folder}/secret.txt')
FROM parquet_schema('{folder}/secret.txt')
FROM read_duckdb('{folder}/adops.duckdb')
FROM sniff_csv('{folder}/secret.txt')
FROM glob('{folder}/*')
FROM glob('/etc/*')
SELECT (SELECT content FROM read_text('{folder}/secret.txt'))
SELECT [x FOR x IN (SELECT list(file) FROM glob('*'))]
SELECT * FROM fx_rates, LATERAL (FROM glob('*'))
SELECT * FROM fx_rates WHERE currency IN (SELECT file FROM glob('*'))
WITH a AS (FROM glob('*')) FROM a
SELECT 1 UNION ALL SELECT count(*) FROM glob('*')
DESCRIBE FROM glob('*')
SUMMARIZE FROM read_text('{folder}/secret.txt')
PIVOT (FROM glob('*')) ON file
PIVOT duckdb_settings() ON name USING first(value)
PIVOT "pg_settings" ON name USING first(setting)
PIVOT 'pg_settings' ON name USING first(setting)
PIVOT E'pg\x5fsettings' ON name USING first(setting)
PIVOT $$pg_settings$$ ON name USING first(setting)
FROM query('SELECT 1')
FROM query('FROM glob(''*'')')
FROM query_table('fx_rates')
FROM query_table(['pg_settings'])
FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))
FROM histogram('pg_settings', 'setting')
FROM which_secret('s3://a', 's3')
FROM duckdb_secrets()
FROM duckdb_settings()
FROM duckdb_databases()
FROM duckdb_databases
FROM system.main.duckdb_databases
FROM "DUCKDB_DATABASES"
FROM pragma_database_list
FROM pg_catalog.pg_settings
FROM duckdb_logs
FROM duckdb_logs()
FROM duckdb_extensions()
FROM duckdb_temporary_files()
FROM duckdb_external_file_cache()
FROM duckdb_memory()
FROM enable_logging(storage := 'file', storage_path := '{folder}/log')
FROM enable_logging()
FROM enable_profiling(save_location := '{folder}/profile.json')
FROM truncate_duckdb_logs()
FROM checkpoint()
FROM force_checkpoint('snapshot')
FROM arrow_scan(1::POINTER, 1::POINTER, 1::POINTER)
FROM pandas_scan(1)
FROM python_map_function(1, 2)
FROM seq_scan('fx_rates')
FROM st_read('{folder}/secret.txt')
FROM postgres_scan('host=example.com', 'public', 'a')
FROM sqlite_scan('{folder}/operations.sqlite', 'alerts')
SELECT getenv('HOME')
SELECT "getenv"('HOME')
SELECT current_setting('secret_directory')
SELECT main.current_setting('temp_directory')
SELECT write_log('x')
SELECT nextval('a')
SELECT json_serialize_plan('FROM glob(''*'')')
SELECT load_extension('{folder}/evil.so')
SELECT ?
SELECT $secret
FROM rooms
FROM snapshot_variable

-- nothing
/* nothing */
;;
SELEC 1
SEL/**/ECT 1
'SELECT 1'
DO $$ BEGIN END $$
LISTEN a
GRANT ALL ON fx_rates TO public
.shell touch {folder}/stolen
\copy fx_rates to '{folder}/stolen.csv'
"""

UNICODE = """
\uff33\uff25\uff2c\uff25\uff23\uff34 1
SELECT\u202e 1 FROM nowhere
COPY\u00a0(SELECT 1) TO\u2003'{folder}/stolen.csv'
\ufeffDROP TABLE fx_rates
DR\u200bOP TABLE fx_rates
"""

BOUNDED = """
WITH RECURSIVE r AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM r) SELECT count(*) FROM r
WITH RECURSIVE r AS (SELECT 1 AS i UNION ALL SELECT 1 FROM r) FROM r
WITH RECURSIVE r(i) AS (VALUES (1) UNION ALL SELECT i + s FROM r, range(2) t(s)) SELECT max(i) FROM r
SELECT count(*) FROM range(100000000) a, range(100000000) b WHERE a.range < b.range
SELECT count(*) FROM range(100000000) a JOIN range(100000000) b ON a.range BETWEEN b.range AND b.range + 5
SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b
EXPLAIN ANALYZE SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range + b.range < 0
PIVOT (SELECT a.range + b.range AS n FROM range(1000000) a, range(1000000) b) ON n
SELECT sleep_ms(100000)
SELECT pg_sleep(100)
FROM range(1000000000000)
SELECT * FROM fx_rates, range(1000000)
SELECT list(range) FROM range(100000000)
SELECT string_agg(repeat('x', 100000), '') FROM range(100000)
SELECT DISTINCT range FROM range(100000000)
SELECT range FROM range(100000000) ORDER BY hash(range)
SELECT repeat('x', 100000) FROM range(2000)
"""


def _lines(text: str) -> list[str]:
    return [line.replace("§", "\n") for line in text.split("\n")[1:-1]]


def _state(folder: Path) -> dict[str, str]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def test_no_statement_writes_reads_a_file_or_takes_more_than_it_may(snapshot: Path) -> None:
    snapshot.with_name("secret.txt").write_text("secret", encoding="utf-8")
    snapshot_variable = [(1,)]  # names of this process are no tables
    folder = str(snapshot.parent)
    before = _state(snapshot.parent)
    with answering(snapshot, Bounds(memory_mb=64, rows=1_000, threads=1)) as answer:
        for sql in _lines(ANSWERED):
            found = answer(sql)
            assert found.columns, sql
            assert folder not in str(found.rows), sql
        for sql in _lines(REFUSED) + _lines(UNICODE):
            with pytest.raises(QueryError) as refused:
                answer(sql.replace("{folder}", folder))
            assert not isinstance(refused.value, BoundError), sql
            assert answer("SELECT 1").rows == snapshot_variable, sql
    with answering(snapshot, Bounds(seconds=0.2, memory_mb=64, rows=1_000, threads=1)) as answer:
        for sql in _lines(BOUNDED):
            with pytest.raises(BoundError):
                answer(sql)
    assert _state(snapshot.parent) == before
    assert len({*_lines(ANSWERED), *_lines(REFUSED), *_lines(BOUNDED)}) >= 250


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1\0; DROP TABLE fx_rates",
        "SELECT '\udcff'",
        "SELECT " + "(" * 50_000 + "1" + ")" * 50_000,
        "SELECT " + "-" * 3 + " 1",
        "SELECT " + "NOT " * 40_000 + "true",
        "SELECT 1 + " * 300_000,
        "FROM (" * 2_000 + "SELECT 1" + ")" * 2_000,
    ],
    ids=["nul", "surrogate", "parentheses", "comment", "not", "long", "subqueries"],
)
def test_a_text_that_no_parser_likes_is_an_error_like_any_other(snapshot: Path, sql: str) -> None:
    with pytest.raises(QueryError):
        query_snapshot(snapshot, sql, Bounds(threads=1))
