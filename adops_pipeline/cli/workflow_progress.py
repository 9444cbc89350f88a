"""Progress of an execution on stderr: a line for each stage that has ended, with its duration."""

import time
from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from rich.markup import escape
from rich.status import Status

from adops_pipeline.cli.console import err
from adops_pipeline.cli.front import duration

if TYPE_CHECKING:
    from adops_pipeline.services.executions import Execution
    from adops_pipeline.wiring import Services

_POLL_SECONDS = 0.5
_HINT_AFTER_SECONDS = 15.0
_MARKS = {"succeeded": "[green]✓[/green]", "failed": "[red]✗[/red]", "skipped": "[dim]–[/dim]"}


class StageLines:
    """A line for every stage that has ended, once. On a terminal the running stage is shown as well."""

    def __init__(self, *, visible: bool) -> None:
        self._visible = visible
        self._ended: set[str] = set()
        self._status = Status("", console=err) if visible and err.is_terminal else None

    def __enter__(self) -> Self:
        if self._status is not None:
            self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._status is not None:
            self._status.stop()

    def show(self, stages: Iterable[Mapping[str, Any]]) -> None:
        """Show the stages as they are now, as `domain.executions.stage_document` writes them."""
        for stage in stages:
            mark = _MARKS.get(stage["status"])
            if mark is None:
                if stage["status"] == "running":
                    self.status(stage["title"])
            elif stage["name"] not in self._ended:
                self._ended.add(stage["name"])
                self._print(f"{mark} {escape(stage['title'])}  [dim]{duration(stage['seconds'])}[/dim]".rstrip())

    def status(self, what: str) -> None:
        """Show what is running or waited for; on a terminal only."""
        if self._status is not None:
            self._status.update(escape(what))

    def note(self, line: str) -> None:
        """Print a plain line."""
        self._print(escape(line))

    def _print(self, line: str) -> None:
        if self._visible:
            err.print(line, highlight=False, soft_wrap=True)


def follow(
    services: "Services",
    execution_id: str,
    lines: StageLines,
    sleep: Callable[[float], None] = time.sleep,
    monotonic: Callable[[], float] = time.monotonic,
) -> "Execution":
    """Show an execution's stages until it has ended, with a hint if it is not started for a while."""
    began, is_hint_shown = monotonic(), False
    while True:
        execution = services.executions.get(execution_id)
        lines.show(execution.stages)
        if execution.has_ended:
            return execution
        if execution.status == "pending":
            lines.status("waiting to be started")
            if not is_hint_shown and monotonic() - began > _HINT_AFTER_SECONDS:
                is_hint_shown = True
                lines.note("still waiting: `adops up` starts queued executions. Is it running?")
        sleep(_POLL_SECONDS)
