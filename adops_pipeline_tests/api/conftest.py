"""The API over a small published market, and its document."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest
import yaml
from fastapi import FastAPI

from adops_pipeline.api.app import create_app
from adops_pipeline.wiring import Services
from adops_pipeline_tests.api.served import Served
from adops_pipeline_tests.integration import pipeline
from adops_pipeline_tests.templates import copy_around, copy_into, prepared, prepared_on_empty

AS_OF = date(2026, 11, 20)
BASE = "http://127.0.0.1"
SNAPSHOT = "adops.duckdb"
KEPT = Path(__file__).resolve().parents[2] / "docs" / "openapi.yaml"


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a published snapshot and an operational store; to read or to copy."""
    return prepared_on_empty(tmp_path_factory, "api", _publish)


def _publish(folder: Path) -> None:
    services = services_over(folder)
    pipeline.run(services)
    services.store.migrate()
    services.store.close()
    # Nearly all of what a copy costs: many small files, which the API does not read.
    shutil.rmtree(folder / "raw")


def services_over(folder: Path, **settings: object) -> Services:
    """The services over a data folder."""
    return pipeline.services_of(folder, AS_OF, 30, **(pipeline.ONE_ACCOUNT_EACH | settings))


@pytest.fixture(scope="session")
def kept_as_json(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The document in docs as a file of JSON, which takes a tenth of the time to read."""
    return prepared(tmp_path_factory, "openapi", _convert) / "openapi.json"


def _convert(folder: Path) -> None:
    document = yaml.load(KEPT.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    (folder / "openapi.json").write_text(json.dumps(document), encoding="utf-8")


@pytest.fixture(scope="session")
def kept(kept_as_json: Path) -> Mapping[str, Any]:
    """The document in docs. That it is what the server serves is `test_openapi.py`'s."""
    document: Mapping[str, Any] = json.loads(kept_as_json.read_bytes())
    return document


@pytest.fixture(scope="module")
def shared(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One copy for all tests of a module, which only read it."""
    return copy_into(published, tmp_path_factory.mktemp("shared"))


@pytest.fixture(scope="module")
def read_only(shared: Path) -> Iterator[Services]:
    """One for all tests of a module that only read: to open the snapshot costs as much as most of them."""
    services = services_over(shared)
    yield services
    services.snapshots.close()
    services.store.close()


@pytest.fixture(scope="module")
def reading_app(read_only: Services) -> FastAPI:
    """One application for all tests of a module that only read."""
    return create_app(read_only)


@pytest.fixture
async def reading(reading_app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the API that tests only read from."""
    async with _client(reading_app) as client:
        yield client


@pytest.fixture(scope="module")
def served(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Two projects, a campaign that never delivered, and days without a rate."""
    services = services_over(copy_into(published, tmp_path_factory.mktemp("campaigns")))
    with services.warehouse.writing() as con:
        con.execute("UPDATE campaigns SET project_id = CASE WHEN hash(id) % 3 > 0 THEN 'p' || hash(id) % 3 END")
        con.execute(
            "INSERT INTO campaigns SELECT * REPLACE ('google-ads:0' AS id, NULL AS name) FROM campaigns LIMIT 1"
        )
        con.execute(
            "UPDATE analytics_metrics SET spend_reporting = NULL, revenue_reporting = NULL WHERE date = $day"
            " AND currency = (SELECT max(currency) FROM analytics_metrics)",
            {"day": AS_OF - timedelta(days=20)},
        )
    services.publish()
    with (
        asyncio.Runner() as runner,
        duckdb.connect(str(services.snapshot_path), read_only=True) as con,
    ):
        yield Served(runner, client_of(services), con)
    services.snapshots.close()
    services.store.close()


@pytest.fixture
def services(published: Path, tmp_path: Path) -> Iterator[Services]:
    """The services over the test's own copy, with the snapshot of all tests until another is published."""
    before = (published / SNAPSHOT).stat()
    yield services_over(copy_around(published, tmp_path, SNAPSHOT))
    after = (published / SNAPSHOT).stat()
    assert (after.st_mtime_ns, after.st_size) == (before.st_mtime_ns, before.st_size), "it wrote to all tests' snapshot"


@pytest.fixture
async def client(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the API."""
    async with client_of(services) as client:
        yield client
    services.snapshots.close()
    services.store.close()


def client_of(services: Services) -> httpx.AsyncClient:
    """A client of the API over ``services``; errors of the server become responses."""
    return _client(create_app(services))


def _client(app: FastAPI) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=BASE)
