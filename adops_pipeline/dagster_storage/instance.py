"""Dagster's instance in a command that runs a job in its own process."""

import os
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Protocol, runtime_checkable

import dagster as dg
from dagster._core.instance.factory import create_instance_from_ref
from dagster._core.instance.ref import InstanceRef
from sqlalchemy.dialects import registry


@runtime_checkable
class _BySteps(Protocol):
    """Our event log. To import it would import Dagster's tables before the instance is made."""

    def by_steps(self, run_id: str) -> AbstractContextManager[None]:
        """Write what a step of the run reports together."""


class _WithoutComponents(InstanceRef):
    """No definition here is a component that keeps state. Dagster opens a storage for it, with libraries for files on
    other hosts, whose import takes as long as the rest of the instance.
    """

    @property
    def defs_state_storage(self) -> None:
        """None: it is optional."""
        return


def own_instance() -> dg.DagsterInstance:
    """The instance of ``DAGSTER_HOME``, as `DagsterInstance.get` gives it."""
    home = Path(os.environ.get("DAGSTER_HOME", ""))
    if not (home.is_absolute() and home.is_dir()):
        return dg.DagsterInstance.get()  # which says what is wrong
    # Dagster's tables have options for MySQL. SQLAlchemy would load that dialect to check their names.
    registry.register("mysql", "sqlalchemy.engine.default", "DefaultDialect")
    return create_instance_from_ref(_WithoutComponents._make(InstanceRef.from_dir(str(home))))


def written_by_steps(instance: dg.DagsterInstance, run_id: str) -> AbstractContextManager[None]:
    """Within the block, what a step of the run reports is written together, where the event log can do so."""
    log = instance.event_log_storage
    return log.by_steps(run_id) if isinstance(log, _BySteps) else nullcontext()
