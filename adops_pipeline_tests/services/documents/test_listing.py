"""Rows as JSON: the objects that columns hold have names in camelCase, too."""

import json
from contextlib import nullcontext
from datetime import UTC, datetime

import duckdb

from adops_pipeline.domain.tables import TABLES
from adops_pipeline.services.documents.listing import listing_document
from adops_pipeline.services.documents.resources import RESOURCES
from adops_pipeline.warehouse.queries.prepared import Prepared
from adops_pipeline.warehouse.queries.snapshot_reader import Snapshot
from adops_pipeline.warehouse.schema import ddl


def test_objects_within_a_row_have_names_in_camel_case() -> None:
    experiments = next(resource for resource in RESOURCES if resource.path == "experiments")
    with duckdb.connect() as con:
        con.execute("; ".join(map(ddl, TABLES.values())))
        con.execute(
            """INSERT INTO ab_tests BY NAME SELECT 't' AS id, 'a "b_c": d' AS name,
            '{"name": "A", "ad_group_ids": ["x_y"]}' AS variant_a, '{"p_value": 0.1234500}' AS results"""
        )
        snapshot = Snapshot(con, "1", datetime(2026, 11, 29, tzinfo=UTC), Prepared(lambda: nullcontext(con)))
        page = listing_document(experiments, experiments.query(), snapshot)
    (row,) = json.loads(page)["items"]
    assert row["name"] == 'a "b_c": d'
    assert row["variantA"] == {"name": "A", "adGroupIds": ["x_y"]}
    assert row["results"] == {"pValue": 0.12345}
