"""A process that writes events until it is ended: ``python -m`` this module, home, storage, run id, number.

It prints a number after each batch that the event log says is stored.
"""

import sys
from itertools import count
from pathlib import Path

import dagster as dg
from dagster._core.events import StepMaterializationData

from adops_pipeline_tests.dagster_storage.homes import OURS, STOCK, opened

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


def main(home: Path, storage: str, run_id: str, batches: int) -> None:
    with opened(home, OURS if storage == "ours" else STOCK) as instance:
        for number in count() if batches == 0 else range(batches):
            events = [materialization(run_id, number * BATCH + part) for part in range(BATCH)]
            instance.event_log_storage.store_event_batch(events)
            print(number, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]))
