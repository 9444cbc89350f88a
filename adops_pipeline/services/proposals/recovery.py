"""Whether a crash has left changes open: a cheap question that a daemon can ask at every tick."""

from datetime import datetime

from adops_pipeline.operations import proposals
from adops_pipeline.operations.store import Store


def needs_recovery(store: Store, now: datetime) -> bool:
    """Whether changes are under way, which may be those of a process that has ended, or proposals have expired."""
    with store.reading() as con:
        return bool(proposals.with_status(con, "applying") or proposals.due(con, now))
