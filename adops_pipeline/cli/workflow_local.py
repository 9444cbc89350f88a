"""Runs a workflow as one Dagster run in this process, with its execution in the store. No daemon is needed."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import dagster as dg

from adops_pipeline.cli.cancellable_run import ended_as_cancelled, stopped_by
from adops_pipeline.cli.dagster_home import ensure_dagster_home
from adops_pipeline.cli.own_runs import OWN_RUN, QUIET
from adops_pipeline.cli.progress import SyncProgressBar
from adops_pipeline.cli.workflow_progress import StageLines
from adops_pipeline.dagster_storage.dead_runs import fail_dead_runs
from adops_pipeline.dagster_storage.instance import own_instance
from adops_pipeline.dagster_storage.run_files import launcher_folder, run_file
from adops_pipeline.definitions import build_definitions
from adops_pipeline.defs.automation.launch import launch_of
from adops_pipeline.defs.automation.run_status import reflect_run, stage_of_step
from adops_pipeline.domain.workflows.requests import WorkflowRequest
from adops_pipeline.services.errors import StoreError
from adops_pipeline.services.executions import SOURCE_TAG, Execution, RunIdentity, stages_of
from adops_pipeline.settings import load_settings
from adops_pipeline.supervision.interrupts import Interrupts
from adops_pipeline.supervision.life_lock import living
from adops_pipeline.wiring import Services, build_services

_CLI_TAGS = OWN_RUN | {SOURCE_TAG: "cli"}
_INTERRUPTED = "the command that ran it was interrupted"
_POLL_SECONDS = 1.0


def _quiet(job: dg.JobDefinition) -> dg.JobDefinition:
    """The job without log output on the terminal. Its config has no field for loggers, so its mapping adds them."""
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


def run_here(request: WorkflowRequest, *, quiet: bool) -> tuple[Execution, str | None]:
    """Run a workflow to its end; the execution, whether it completed, failed or was cancelled.

    With it what stopped it, if a signal did: Ctrl-C or SIGTERM.
    """
    settings = load_settings()
    ensure_dagster_home(settings.data_dir)
    with SyncProgressBar(visible=not quiet) as bar, StageLines(visible=not quiet) as lines:
        services = build_services(settings, progress=bar.show)
        return _LocalRun(services, request, bar, lines).run()


class _LocalRun:
    """One run: its job, its execution, and what is shown of it."""

    def __init__(self, services: Services, request: WorkflowRequest, bar: SyncProgressBar, lines: StageLines) -> None:
        self._services, self._request, self._bar, self._lines = services, request, bar, lines
        self._run_id = str(uuid4())
        self._is_sync = request.workflow.is_sync
        job = build_definitions(services).resolve_job_def(request.workflow.job_name)
        assets = sorted(job.asset_layer.executable_asset_keys) if self._is_sync else []
        self._launch = launch_of(services, request.workflow, request.parameters, assets)
        if self._launch.assets is not None:
            job = job.get_subset(asset_selection=set(self._launch.assets))
        self._job = _quiet(job)
        self._steps = [node.name for node in job.nodes]
        self._begun: set[str] = set()

    def run(self) -> tuple[Execution, str | None]:
        """Run the job. Ctrl-C and `adops workflow cancel` end it as cancelled."""
        folder = launcher_folder(self._services.settings.data_dir)
        with own_instance() as instance, living(run_file(folder, self._run_id)):
            fail_dead_runs(instance, folder, lambda ended: self._reflect(instance, *ended))
            self._record()
            instance.add_event_listener(self._run_id, self._show)
            with ended_as_cancelled(instance, self._run_id) as interrupts, self._stopped_when_asked(interrupts):
                self._job.execute_in_process(
                    instance=instance,
                    run_id=self._run_id,
                    run_config=self._launch.config | (QUIET if self._is_sync else {}),
                    tags=self._launch.tags | _CLI_TAGS,
                    raise_on_error=False,
                )
            self._reflect(instance, self._run_id)
        return self._ended(), stopped_by(interrupts)

    def _ended(self) -> Execution:
        """The execution; recorded as cancelled here if the interrupt came before Dagster created its run."""
        execution = self._execution()
        if execution.has_ended:
            return execution
        return self._services.executions.mark_cancelled(self._run_id, _INTERRUPTED)

    def _record(self) -> None:
        """Record the execution under the run's own id, so that nothing else can start it."""
        workflow = self._request.workflow
        steps = {name: stage_of_step(name) for name in self._steps} if self._is_sync else None
        identity = RunIdentity(self._run_id, None, "cli")
        self._services.executions.record_run(
            workflow, identity, self._request.document, stages=stages_of(workflow, steps)
        )

    def _show(self, entry: dg.EventLogEntry) -> None:
        """Show a step's event."""
        event = entry.dagster_event
        if event is None or event.step_key is None:
            return
        if not self._is_sync:
            self._lines.show(self._execution().stages)
        elif event.is_step_start:
            self._begun.add(event.step_key)
            self._bar.step(event.step_key, len(self._begun), len(self._steps))

    @contextmanager
    def _stopped_when_asked(self, interrupts: Interrupts) -> Iterator[None]:
        """Interrupt the run of the block once another process asks its execution to stop."""
        is_over = threading.Event()

        def watch() -> None:
            while not is_over.wait(_POLL_SECONDS):
                try:
                    execution = self._execution()
                except StoreError:  # the database is locked: read again in a second
                    continue
                if execution.cancel_requested_at is not None and not execution.has_ended:
                    interrupts.interrupt()
                    return

        watcher = threading.Thread(target=watch, name="cancellations", daemon=True)
        watcher.start()
        try:
            yield
        finally:
            is_over.set()
            watcher.join()

    def _reflect(self, instance: dg.DagsterInstance, *run_ids: str) -> None:
        for record in instance.get_run_records(filters=dg.RunsFilter(run_ids=list(run_ids))):
            reflect_run(instance, self._services, record)

    def _execution(self) -> Execution:
        return self._services.executions.get(self._run_id)
