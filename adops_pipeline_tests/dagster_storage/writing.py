"""Processes that write events to an event log until they are ended."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

import dagster as dg
from dagster._core.events import StepMaterializationData

from adops_pipeline_tests.dagster_storage.homes import OURS, STOCK, opened
from adops_pipeline_tests.operations.processes import context
from adops_pipeline_tests.patience import patience_seconds

BATCH = 5


def materialization(run_id: str, number: int) -> dg.EventLogEntry:
    """A materialization whose partition is ``number``."""
    event = dg.DagsterEvent(
        dg.DagsterEventType.ASSET_MATERIALIZATION.value,
        "everything",
        event_specific_data=StepMaterializationData(dg.AssetMaterialization("numbered", partition=str(number))),
    )
    return dg.EventLogEntry(  # type: ignore[no-untyped-call]
        error_info=None,
        level=10,
        user_message="",
        run_id=run_id,
        timestamp=1_700_000_000.0 + number,
        dagster_event=event,
    )


@contextmanager
def writing(home: Path, storage: str, run_id: str, batches: int = 0) -> Iterator[tuple[BaseProcess, Iterator[int]]]:
    """A process that writes so many batches, 0 for endlessly many, and the number of each when it is stored."""
    receiver, sender = context().Pipe(duplex=False)
    process = context().Process(target=_write, args=(home, storage, run_id, batches, sender))
    process.start()
    sender.close()  # the process has its own; so the numbers end with it
    try:
        yield process, _received(receiver)
    finally:
        process.join(patience_seconds())
        receiver.close()


def _received(receiver: "Connection[int, int]") -> Iterator[int]:
    while receiver.poll(patience_seconds()):
        try:
            yield receiver.recv()
        except EOFError:
            return


def _write(home: Path, storage: str, run_id: str, batches: int, sender: "Connection[int, int]") -> None:
    with opened(home, OURS if storage == "ours" else STOCK) as instance:
        for number in count() if batches == 0 else range(batches):
            events = [materialization(run_id, number * BATCH + part) for part in range(BATCH)]
            instance.event_log_storage.store_event_batch(events)
            sender.send(number)
