"""Runs the main job in this process: one Dagster run of `sync_platforms` over the days to pull, with progress."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import monotonic
from uuid import uuid4

import dagster as dg

from adops_pipeline.cli.after_run import record_runs
from adops_pipeline.cli.cancellable_run import ended_as_cancelled, stopped_by
from adops_pipeline.cli.console import FAILED, INTERRUPTED, OK, UNFINISHED, USAGE, fail
from adops_pipeline.cli.crash import disk_words
from adops_pipeline.cli.dagster_home import ensure_dagster_home, make_data_dir
from adops_pipeline.cli.own_runs import OWN_RUN, QUIET, say_who_runs
from adops_pipeline.cli.progress import SyncProgressBar
from adops_pipeline.cli.quiet_stderr import without_complaints
from adops_pipeline.clock import frozen_at, system_clock
from adops_pipeline.dagster_storage.dead_runs import fail_dead_runs
from adops_pipeline.dagster_storage.instance import own_instance, written_by_steps
from adops_pipeline.dagster_storage.run_files import launcher_folder, run_file, turns_file
from adops_pipeline.defs.asset_job import build_asset_job
from adops_pipeline.defs.automation.jobs import catch_up_config, partition_tags
from adops_pipeline.defs.reasons import is_failed_check, reason_of
from adops_pipeline.services.errors import StoreError, WarehouseError
from adops_pipeline.services.executions import SOURCE_TAG
from adops_pipeline.services.past import PastWorld
from adops_pipeline.services.run_outcome import CheckFailure, RunOutcome
from adops_pipeline.settings import load_settings
from adops_pipeline.supervision.interrupts import name_of
from adops_pipeline.supervision.life_lock import living
from adops_pipeline.supervision.turns import turn
from adops_pipeline.warehouse.queries.headlines import headlines
from adops_pipeline.warehouse.queries.summary import run_summary
from adops_pipeline.wiring import Services, build_services, past_world

_WRONG_DATA = (
    "nothing was published, because the checks below found wrong data; `adops raw rebuild` builds the tables again "
    "from the raw files"
)


def exit_code(outcome: RunOutcome) -> int:
    """0 without findings, 1 failed, 3 finished but something needs attention, 130 stopped by a signal."""
    if outcome.stopped_by is not None:
        return INTERRUPTED
    if not outcome.succeeded:
        return FAILED
    return UNFINISHED if outcome.needs_attention else OK


def run_main_job(*, days: int | None, as_of: date | None, quiet: bool) -> RunOutcome:
    """Run the job and gather its outcome; an expected failure is returned in ``error``, not raised."""
    settings = load_settings()
    if as_of and as_of > datetime.now(UTC).date():
        fail(f"--as-of {as_of} is in the future; give today or an earlier day", USAGE)
    if as_of and as_of < settings.partition_start:
        fail(f"--as-of {as_of} is before {settings.partition_start}, the earliest day (ADOPS_START_DATE)", USAGE)
    clock = frozen_at(as_of) if as_of else system_clock
    outcome = RunOutcome(as_of=clock(), snapshot=str(settings.data_dir / "adops.duckdb"))
    if days and clock().date() - timedelta(days=days - 1) < settings.partition_start:
        fail(f"--days {days} begins before {settings.partition_start}, the earliest day (ADOPS_START_DATE)", USAGE)
    started = monotonic()
    make_data_dir(settings.data_dir)
    if as_of and (world := past_world(build_services(settings, clock=clock, days=days))):
        _look_back(world, outcome)
        outcome.seconds = monotonic() - started
        return outcome
    ensure_dagster_home(settings.data_dir)
    # Steps of several runs would take turns one by one, and none would end before all do.
    with turn(turns_file(settings.data_dir), say_who_runs), SyncProgressBar(visible=not quiet) as bar:
        services = build_services(settings, clock=clock, days=days, progress=bar.show, journal=outcome.journal)
        before = _state(services.snapshot_path)
        try:
            _execute(services, bar, outcome)
            if outcome.succeeded:
                with services.warehouse.reading() as con:
                    outcome.rows, outcome.headlines = run_summary(con), headlines(con)
            services.close_store()
        except KeyboardInterrupt as interrupt:  # before Dagster's run began, or after it ended
            outcome.succeeded, outcome.stopped_by = False, name_of(interrupt)
            outcome.has_published = _state(services.snapshot_path) != before
    outcome.seconds = monotonic() - started
    return outcome


def _look_back(world: PastWorld, outcome: RunOutcome) -> None:
    """Compute a past day without Dagster, whose asset catalog shows the present."""
    try:
        found = world.publish()
    except WarehouseError as error:
        outcome.error = str(error)
        return
    outcome.succeeded, outcome.past_day, outcome.notes = True, world.past.day, world.notes
    outcome.as_of, outcome.snapshot = world.past.instant, str(found.snapshot)
    outcome.rows, outcome.headlines, outcome.alerts = found.rows, found.headlines, found.alerts
    outcome.unrecorded = found.unrecorded


def _execute(services: Services, bar: SyncProgressBar, outcome: RunOutcome) -> None:
    """Run the job in this process on Dagster's own instance, so that it shows in the UI like any other run."""
    job = build_asset_job(services)
    run_id = str(uuid4())
    folder = launcher_folder(services.settings.data_dir)
    with own_instance() as instance, living(run_file(folder, run_id)):
        with _unrecorded_in(outcome):
            fail_dead_runs(instance, folder, lambda ended: record_runs(instance, services, ended))
        instance.add_event_listener(run_id, _steps_on(bar, total=len(job.graph.node_defs)))
        result, before = None, _state(services.snapshot_path)
        with (
            ended_as_cancelled(instance, run_id) as interrupts,
            without_complaints(),
            written_by_steps(instance, run_id),
        ):
            result = job.execute_in_process(
                instance=instance,
                run_id=run_id,
                run_config=catch_up_config() | QUIET,
                tags=partition_tags(services.sync.unsettled()) | OWN_RUN | {SOURCE_TAG: "cli"},
                raise_on_error=False,
            )
        outcome.succeeded = result is not None and result.success
        with _unrecorded_in(outcome):
            record_runs(instance, services, [run_id])
            if outcome.succeeded:
                outcome.alerts = services.alerting.firing_summary()
    if not outcome.succeeded and interrupts.came:
        outcome.stopped_by = stopped_by(interrupts)
        outcome.has_published = _state(services.snapshot_path) != before
    elif result is not None:
        failed = result.get_step_failure_events()
        others = [event for event in failed if not is_failed_check(event.step_failure_data.error)]
        outcome.error = "; ".join(dict.fromkeys(map(_reason, others))) or (_WRONG_DATA if failed else None)
        outcome.failed_checks = [_failure(e) for e in result.get_asset_check_evaluations() if not e.passed]


def _state(snapshot: Path) -> tuple[int, int] | None:
    """What changes when a snapshot is published; None while there is none."""
    if not snapshot.exists():
        return None
    found = snapshot.stat()
    return found.st_ino, found.st_mtime_ns


@contextmanager
def _unrecorded_in(outcome: RunOutcome) -> Iterator[None]:
    """Note why the block could not record executions. An unusable store does not undo the publication."""
    try:
        yield
    except StoreError as error:
        outcome.unrecorded = str(error)


def _steps_on(bar: SyncProgressBar, total: int) -> Callable[[dg.EventLogEntry], None]:
    """Show each step of the run as it starts."""
    started: list[str] = []

    def show(entry: dg.EventLogEntry) -> None:
        event = entry.dagster_event
        if event is not None and event.is_step_start and event.step_key is not None:
            started.append(event.step_key)
            bar.step(event.step_key, len(started), total)

    return show


def _reason(event: dg.DagsterEvent) -> str:
    """Why a step failed, in one line."""
    reason = reason_of(event.step_failure_data.error)
    return disk_words(reason) or f"{event.step_key}: {reason}"


def _failure(evaluation: dg.AssetCheckEvaluation) -> CheckFailure:
    detail = evaluation.description or next((str(value.value) for value in evaluation.metadata.values()), "")
    name = f"{evaluation.asset_key.to_user_string()}.{evaluation.check_name}"
    return CheckFailure(name, bool(evaluation.blocking), detail)
