"""A workflow here and now: one Dagster run in this process, and its execution in the store. No daemon is needed."""

import _thread
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import dagster as dg

from adops_pipeline.cli.dagster_home import ensure_dagster_home
from adops_pipeline.cli.own_runs import OWN_RUN, QUIET, alive, fail_orphaned_runs
from adops_pipeline.cli.progress import SyncProgressBar
from adops_pipeline.cli.workflow_input import Order
from adops_pipeline.cli.workflow_progress import StageLines
from adops_pipeline.definitions import build_definitions
from adops_pipeline.defs.automation.launch import launch_of
from adops_pipeline.defs.automation.run_status import reflect_run, stage_of_step
from adops_pipeline.domain.workflows import to_document
from adops_pipeline.operations import executions
from adops_pipeline.operations.errors import StoreError
from adops_pipeline.operations.executions import Execution
from adops_pipeline.services.executions import SOURCE_TAG, stages_of
from adops_pipeline.settings import load_settings
from adops_pipeline.wiring import Services, build_services

_FROM_HERE = OWN_RUN | {SOURCE_TAG: "cli"}
_INTERRUPTS = ("DagsterExecutionInterruptedError", "KeyboardInterrupt")
_INTERRUPTED_TASKS = "BaseExceptionGroup"
_INTERRUPTED = "the command that ran it was interrupted"
_LOOK_EVERY_SECONDS = 1.0


def _quiet(job: dg.JobDefinition) -> dg.JobDefinition:
    """A workflow's job without its log on the terminal: its config has no place for loggers, so its mapping adds it."""
    mapping = job.config_mapping
    if mapping is None:
        return job
    return job.graph.to_job(
        name=job.name,
        description=job.description,
        resource_defs=job.resource_defs,
        config=dg.ConfigMapping(
            config_schema=mapping.config_schema.as_field(),
            config_fn=lambda given: {**mapping.resolve_from_validated_config(given), **QUIET},
        ),
        tags=job.tags,
    )


def run_here(order: Order, *, quiet: bool) -> Execution:
    """Run a workflow to its end and give its execution, whatever came of it."""
    settings = load_settings()
    ensure_dagster_home(settings.data_dir)
    with SyncProgressBar(visible=not quiet) as bar, StageLines(visible=not quiet) as lines:
        services = build_services(settings, progress=bar.show)
        return _Local(services, order, bar, lines).run()


class _Local:
    """One run: its job, its execution, and what is shown of it."""

    def __init__(self, services: Services, order: Order, bar: SyncProgressBar, lines: StageLines) -> None:
        self._services, self._order, self._bar, self._lines = services, order, bar, lines
        self._run_id = str(uuid4())
        self._is_sync = order.workflow.is_sync
        job = build_definitions(services).resolve_job_def(order.workflow.job_name)
        assets = sorted(job.asset_layer.executable_asset_keys) if self._is_sync else []
        self._launch = launch_of(services, order.workflow, order.parameters, assets)
        if self._launch.assets is not None:
            job = job.get_subset(asset_selection=set(self._launch.assets))
        self._job = _quiet(job)
        self._steps = [node.name for node in job.nodes]
        self._begun: set[str] = set()

    def run(self) -> Execution:
        """Run it; Ctrl-C, and somebody's `adops workflow cancel`, end it as cancelled."""
        locks = self._services.settings.data_dir / "dagster" / "own_runs"
        with dg.DagsterInstance.get() as instance, alive(locks, self._run_id):
            for dead in fail_orphaned_runs(instance, locks):
                self._reflect(instance, dead)
            self._record()
            instance.add_event_listener(self._run_id, lambda entry: self._take(instance, entry))
            with self._stopped_when_asked(instance):
                self._execute(instance)
            self._reflect(instance, self._run_id)
        return self._ended()

    def _execute(self, instance: dg.DagsterInstance) -> None:
        """The run itself. An interrupt between two steps goes past Dagster: its run is then ended here."""
        try:
            self._job.execute_in_process(
                instance=instance,
                run_id=self._run_id,
                run_config=self._launch.config | (QUIET if self._is_sync else {}),
                tags=self._launch.tags | _FROM_HERE,
                raise_on_error=False,
            )
        except (KeyboardInterrupt, dg.DagsterExecutionInterruptedError):
            run = instance.get_run_by_id(self._run_id)
            if run is not None and not run.is_finished:
                instance.report_run_canceled(run, _INTERRUPTED)
                instance.event_log_storage.free_concurrency_slots_for_run(self._run_id)

    def _ended(self) -> Execution:
        """The execution, which has no other end where the interrupt came before its run was made."""
        execution = self._execution()
        if not execution.has_ended:
            with self._services.store.writing() as con:
                executions.mark_cancelled(con, self._run_id, _INTERRUPTED, self._services.clock())
            execution = self._execution()
        return execution

    def _record(self) -> None:
        """The execution's row, under the run's own id: nobody else can start it."""
        workflow = self._order.workflow
        steps = {name: stage_of_step(name) for name in self._steps} if self._is_sync else None
        with self._services.store.writing() as con:
            executions.record_foreign(
                con,
                run_id=self._run_id,
                workflow_id=workflow.id,
                parameters=to_document(self._order.parameters),
                requested_by="cli",
                at=self._services.clock(),
                stages=stages_of(workflow, steps),
                timeout_seconds=workflow.timeout_seconds,
            )

    def _take(self, instance: dg.DagsterInstance, entry: dg.EventLogEntry) -> None:
        """Show a step's event. An interrupted step is a person's wish: Dagster must not call it a failure."""
        event = entry.dagster_event
        if event is None or event.step_key is None:
            return
        if event.is_step_failure:
            self._take_interrupt(instance, event)
        if not self._is_sync:
            self._lines.show(self._execution().stages)
        elif event.is_step_start:
            self._begun.add(event.step_key)
            self._bar.step(event.step_key, len(self._begun), len(self._steps))

    def _take_interrupt(self, instance: dg.DagsterInstance, event: dg.DagsterEvent) -> None:
        """A step that was interrupted among concurrent calls fails with a group; Dagster would go on to the next."""
        error = event.step_failure_data.error
        while error is not None and error.cls_name not in (*_INTERRUPTS, _INTERRUPTED_TASKS):
            error = error.cause
        if error is not None:
            self._stop(instance)
            if error.cls_name == _INTERRUPTED_TASKS:
                _thread.interrupt_main()

    @contextmanager
    def _stopped_when_asked(self, instance: dg.DagsterInstance) -> Iterator[None]:
        """Interrupt the run of the block once its execution is cancelled by somebody else, or has used up its time."""
        is_over = threading.Event()

        def watch() -> None:
            while not is_over.wait(_LOOK_EVERY_SECONDS):
                try:
                    execution = self._execution()
                except StoreError:  # held by another process: it is asked again in a moment
                    continue
                if execution.cancel_requested_at is not None and not execution.has_ended:
                    self._stop(instance)
                    _thread.interrupt_main()
                    return

        watcher = threading.Thread(target=watch, name="cancellations", daemon=True)
        watcher.start()
        try:
            yield
        finally:
            is_over.set()
            watcher.join()

    def _stop(self, instance: dg.DagsterInstance) -> None:
        run = instance.get_run_by_id(self._run_id)
        if run is not None and run.status is dg.DagsterRunStatus.STARTED:
            instance.report_run_canceling(run)

    def _reflect(self, instance: dg.DagsterInstance, run_id: str) -> None:
        for record in instance.get_run_records(filters=dg.RunsFilter(run_ids=[run_id])):
            reflect_run(instance, self._services, record)

    def _execution(self) -> Execution:
        with self._services.store.reading() as con:
            return executions.get(con, self._run_id)
