"""The tools over a small published market."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from mcp import Client

from adops_pipeline.domain.permissions import PermissionSet
from adops_pipeline.mcp_server.protocol import protocol_server
from adops_pipeline.services.tools.definitions import Caller
from adops_pipeline.wiring import Services
from adops_pipeline_tests.api.conftest import published, services_over
from adops_pipeline_tests.templates import copy_into

__all__ = ["published"]
ME = Caller("me", "admin")


def agent(name: str, *tools: str, accounts: tuple[str, ...] = ()) -> Caller:
    """An agent with these tools."""
    return Caller(name, "operator", PermissionSet(name, tools, accounts=accounts))


@pytest.fixture(scope="module")
def market(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """One copy for all tests of a module, which only read it."""
    services = services_over(copy_into(published, tmp_path_factory.mktemp("market")))
    yield services
    services.snapshots.close()
    services.store.close()


def connected(services: Services, caller: Caller = ME) -> Client:
    """The official client, in this process."""
    return Client(protocol_server(services.tools, lambda _: caller))
