"""Stages of an execution on stderr, each with its time as it ends. Where they come from is no concern here."""

from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Any, Self

from rich.markup import escape
from rich.status import Status

from adops_pipeline.cli.console import err
from adops_pipeline.cli.front import duration

_MARKS = {"succeeded": "[green]✓[/green]", "failed": "[red]✗[/red]", "skipped": "[dim]–[/dim]"}


class StageLines:
    """A line for every stage that has ended, once; on a terminal the one under way is shown, too."""

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
        """Take the stages as they are now, as `domain.executions.stage_document` writes them."""
        for stage in stages:
            mark = _MARKS.get(stage["status"])
            if mark is None:
                if stage["status"] == "running":
                    self.under_way(stage["title"])
            elif stage["name"] not in self._ended:
                self._ended.add(stage["name"])
                self._say(f"{mark} {escape(stage['title'])}  [dim]{duration(stage['seconds'])}[/dim]".rstrip())

    def under_way(self, what: str) -> None:
        """What is being done or waited for; seen on a terminal only."""
        if self._status is not None:
            self._status.update(escape(what))

    def note(self, line: str) -> None:
        """A plain line in between."""
        self._say(escape(line))

    def _say(self, line: str) -> None:
        if self._visible:
            err.print(line, highlight=False, soft_wrap=True)
