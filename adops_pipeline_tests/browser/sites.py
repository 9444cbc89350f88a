"""Servers of the browser tests: `adops serve` over published data, and others in this process that lack data."""

import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from adops_pipeline.api.server import server_config
from adops_pipeline.dashboard.site import dashboard_app
from adops_pipeline.services.errors import StoreError, WarehouseError
from adops_pipeline.wiring import Services
from adops_pipeline_tests.e2e.command import ADOPS, environment
from adops_pipeline_tests.integration.pipeline import ONE_ACCOUNT_EACH
from adops_pipeline_tests.serving import serving_beside

_ACCOUNTS = {
    f"ADOPS_{platform.upper()}__ACCOUNTS": ",".join(settings["accounts"])
    for platform, settings in ONE_ACCOUNT_EACH.items()
}


@dataclass(frozen=True)
class Site:
    """A running server and the services over the same data, through which a test does what other processes do."""

    address: str
    services: Services = field(repr=False)


@contextmanager
def served(
    data_dir: Path, services: Services, accounts: Mapping[str, str] = _ACCOUNTS, **settings: str
) -> Iterator[Site]:
    """`adops serve` on a free port of this machine, ended afterwards; ``accounts`` chooses the market's accounts."""
    server = subprocess.Popen(
        [ADOPS, "serve", "--port", "0"],
        env=environment(data_dir, **accounts, **settings),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    try:
        found = re.search(r"http://127\.0\.0\.1:\d+", server.stdout.readline())
        assert found is not None
        yield Site(found.group(), services)
    finally:
        server.kill()
        server.wait()
        server.stdout.close()
        services.store.close()


@contextmanager
def served_here(services: Services) -> Iterator[Site]:
    """The same application in a thread of this process, for pages whose services a test lets fail."""
    config = server_config(dashboard_app(services), services.settings)
    with closing(services.store), serving_beside(config) as address:
        yield Site(address, services)


def lose(services: Services) -> None:
    """Let every use of the store and of the snapshot fail from now on, as where their files are damaged."""

    def no_store(_: object) -> NoReturn:
        raise StoreError("operations.db is not an operational store, or it is damaged")

    def no_snapshot(_: object = None) -> NoReturn:
        raise WarehouseError("adops.duckdb cannot be read: it is damaged")

    vars(services.store)["_transaction"] = no_store
    vars(services.snapshots)["reading"] = no_snapshot
