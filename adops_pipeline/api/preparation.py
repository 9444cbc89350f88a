"""What a server does beside answering: it finds out what a crash left open, and prepares usual answers.

Answers are prepared as soon as a snapshot is published: nobody waits for it then.
"""

import asyncio
import gc
import logging
from typing import Any

from starlette.concurrency import run_in_threadpool

from adops_pipeline.services.documents.resources import RESOURCES
from adops_pipeline.services.errors import StoreError, WarehouseError
from adops_pipeline.warehouse.queries.campaign_list import CampaignList
from adops_pipeline.warehouse.queries.daily_sums import DailySums
from adops_pipeline.warehouse.queries.prepared import Maker
from adops_pipeline.warehouse.queries.snapshot_reader import SnapshotReader
from adops_pipeline.wiring import Services

_log = logging.getLogger(__name__)
_LOOK_SECONDS = 0.5
_MAKERS: tuple[Maker[Any], ...] = (
    DailySums,
    *(resource.rows for resource in RESOURCES if resource.rows is not None),
    CampaignList,
)


async def recover_changes(services: Services) -> None:
    """Once, at the start: find out what became of changes on the platforms that a crash interrupted."""
    try:
        await run_in_threadpool(services.recover_proposals)
    except StoreError as error:
        _log.warning("changes that a crash may have interrupted were not looked at: %s", error)


async def keep_prepared(reader: SnapshotReader) -> None:
    """Prepare each new snapshot, until cancelled."""
    tried = None
    while True:
        await asyncio.sleep(_LOOK_SECONDS)  # first, too: a server that starts answers its first requests meanwhile
        version = reader.current_version()
        if version is None or version != tried:
            tried = await run_in_threadpool(_prepare, reader)


def _prepare(reader: SnapshotReader) -> str | None:
    """Prepare the newest snapshot; its version. What fails is tried again by the first request that needs it."""
    try:
        with reader.reading() as snapshot:
            for make in _MAKERS:
                snapshot.get(make)
            _keep_from_garbage_collector()
            return snapshot.version
    except WarehouseError:  # there is none yet
        return None
    except Exception:  # noqa: BLE001 - whatever fails here, requests are answered all the same
        _log.exception("the published data could not be prepared; requests will take longer")
        return reader.current_version()


def _keep_from_garbage_collector() -> None:
    """Collect once, and keep what is left out of later collections: requests wait while those look through it.

    What was kept out before stays out: a collection writes to every object that it looks at, and a server that was
    forked would hold copies of all that it shares with its parent (60 MB). Prepared data are freed without one.
    """
    gc.collect()
    gc.freeze()
