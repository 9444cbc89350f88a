"""Progress of the main job: a line for each platform, then the current step."""

from types import TracebackType
from typing import Self

from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from adops_pipeline.cli.console import err
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.services.sync import PullProgress


class SyncProgressBar:
    """Progress on stderr, because the summary goes to stdout; shown on a terminal only, and only if ``visible``."""

    def __init__(self, *, visible: bool) -> None:
        columns = (
            SpinnerColumn(finished_text="[green]✓[/green]"),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("{task.fields[detail]}"),
            TimeElapsedColumn(),
        )
        self._progress = Progress(*columns, console=err, transient=True, disable=not (visible and err.is_terminal))
        self._plain = visible and not err.is_terminal
        self._tasks: dict[str, TaskID] = {}
        self._rows: dict[Platform, int] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def show(self, step: PullProgress) -> None:
        """Show that a pull of a platform has landed."""
        self._rows[step.platform] = self._rows.get(step.platform, 0) + step.rows
        detail = f"{self._rows[step.platform]:,} rows · {step.report.value} of {step.account_id}"
        name = f"pull {step.platform.value}" + ("" if step.report.is_daily else " (entities)")
        self._update(name, step.done, step.total, detail)

    def step(self, name: str, done: int, total: int) -> None:
        """Show the step that the job has reached."""
        self._update("steps", done, total, name)

    def _update(self, name: str, done: int, total: int, detail: str) -> None:
        if self._plain:
            if done in {1, total}:
                err.print(f"{name}: {done}/{total} {detail}", highlight=False, soft_wrap=True)
            return
        if name not in self._tasks:
            self._tasks[name] = self._progress.add_task(name, total=total, detail=detail)
        self._progress.update(self._tasks[name], completed=done, total=total, detail=detail)
