"""What the steps of a workflow pass on, as files: Dagster's own manager, opened at the first value.

Assets pass nothing on, and opening it imports libraries for files on other hosts.
"""

from functools import cached_property

import dagster as dg
from dagster._core.storage.fs_io_manager import PickledObjectFilesystemIOManager


class StepOutputs(dg.IOManager):
    """Reads and writes the files of Dagster's default manager."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    @cached_property
    def _files(self) -> PickledObjectFilesystemIOManager:
        return PickledObjectFilesystemIOManager(self._folder)  # type: ignore[no-untyped-call]

    def handle_output(self, context: dg.OutputContext, obj: object) -> None:
        """Write the value."""
        self._files.handle_output(context, obj)

    def load_input(self, context: dg.InputContext) -> object:
        """Read the value."""
        return self._files.load_input(context)


@dg.io_manager(description="Values that steps of a workflow pass on, as files in Dagster's storage folder.")
def step_outputs(context: dg.InitResourceContext) -> StepOutputs:
    """The manager of the instance's folder."""
    if context.instance is None:
        raise dg.DagsterInvariantViolationError("values of steps are kept in an instance's folder, and there is none")
    return StepOutputs(context.instance.storage_directory())
