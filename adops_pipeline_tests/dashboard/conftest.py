"""The dashboard over a small published market, asked as a browser asks."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from adops_pipeline.dashboard.site import dashboard_app
from adops_pipeline.wiring import Services
from adops_pipeline_tests.api.conftest import BASE, published, services_over, shared

__all__ = ["published", "shared"]


@pytest.fixture(scope="module")
def site_services(shared: Path) -> Iterator[Services]:
    """The services over data that no test changes."""
    services = services_over(shared)
    yield services
    services.snapshots.close()
    services.store.close()


@pytest.fixture
async def browser(site_services: Services) -> AsyncIterator[httpx.AsyncClient]:
    """A browser on this machine, with the published data."""
    async with browser_of(site_services) as client:
        yield client


def browser_of(services: Services, dagster: str | None = None) -> httpx.AsyncClient:
    """A browser that asks for pages."""
    transport = httpx.ASGITransport(app=dashboard_app(services, dagster), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=BASE, headers={"Accept": "text/html"})
