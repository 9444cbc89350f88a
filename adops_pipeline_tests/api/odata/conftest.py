"""The OData service over a published market whose campaigns have names that SQL, JSON and addresses treat specially."""

import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from adops_pipeline.api.app import create_app
from adops_pipeline.wiring import Services
from adops_pipeline_tests.api.conftest import BASE, services_over
from adops_pipeline_tests.api.odata.hostile import HOSTILE
from adops_pipeline_tests.templates import copy_into, prepared

SET = "/odata/analytics_metrics"


@pytest.fixture(scope="session")
def hostile(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The published market, whose daily metrics have hostile campaign names, and every tenth none."""

    def build(folder: Path) -> None:
        services = services_over(copy_into(published, folder))
        with services.warehouse.writing() as con:
            con.execute(
                """
                WITH places AS (
                    SELECT campaign_id, date, row_number() OVER (ORDER BY campaign_id, date) - 1 AS place
                    FROM analytics_metrics
                )
                UPDATE analytics_metrics AS metrics
                SET campaign_name = CASE WHEN place % 10 < 9 THEN $names[CAST(place % len($names) + 1 AS BIGINT)] END
                FROM places WHERE metrics.campaign_id = places.campaign_id AND metrics.date = places.date
                """,
                {"names": list(HOSTILE)},
            )
        services.publish()
        services.store.close()

    return prepared(tmp_path_factory, "odata", build)


@pytest.fixture(scope="module")
def read_only(hostile: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One copy for the tests of a module that only read."""
    return copy_into(hostile, tmp_path_factory.mktemp("odata"))


@pytest.fixture(scope="module")
def services(read_only: Path) -> Iterator[Services]:
    """The services over what these tests only read."""
    services = services_over(read_only)
    yield services
    services.snapshots.close()
    services.store.close()


@pytest.fixture(scope="module")
def app(services: Services) -> FastAPI:
    """One application for all tests of a module: to make one takes longer than most of them."""
    return create_app(services)


@dataclass(frozen=True)
class OData:
    """A client of the service, and SQL on the same snapshot."""

    client: httpx.AsyncClient
    services: Services

    async def get(self, path: str, **options: object) -> httpx.Response:
        """An answer; options are given without their `$`."""
        params = {f"${name}": str(value) for name, value in options.items()}
        return await self.client.get(path, params=params)

    async def rows(self, path: str = SET, **options: object) -> list[dict[str, Any]]:
        """The entities of one page, which must be the last one."""
        response = await self.get(path, **options)
        assert response.status_code == 200, response.text
        document = response.json()
        assert "@odata.nextLink" not in document
        found: list[dict[str, Any]] = document["value"]
        return found

    async def pages(self, address: str, headers: Mapping[str, str]) -> list[list[dict[str, Any]]]:
        """All pages from this address on."""
        found = []
        following: str | None = address
        while following is not None:
            response = await self.client.get(following, headers=headers)
            assert response.status_code == 200, response.text
            document = response.json()
            found.append(document["value"])
            following = document.get("@odata.nextLink")
        return found

    async def error(self, path: str, **options: object) -> tuple[int, str, str]:
        """Status, code and message of an error."""
        response = await self.get(path, **options)
        error = response.json()["error"]
        return response.status_code, error["code"], error["message"]

    def sql(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Rows of the snapshot."""
        with self.services.snapshots.reading() as snapshot:
            return snapshot.con.execute(query, list(values)).fetchall()


@pytest.fixture
async def odata(services: Services, app: FastAPI) -> AsyncIterator[OData]:
    """The service."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
        yield OData(client, services)


def let_a_snapshot_be_noticed(services: Services) -> None:
    """Let the reader look for a newer snapshot at its next use."""
    began = services.snapshots._monotonic()
    services.snapshots._monotonic = lambda: began + timedelta(seconds=1).total_seconds()


def exact(document: bytes) -> Any:
    """JSON with its decimals as they are written."""
    return json.loads(document, parse_float=Decimal)
