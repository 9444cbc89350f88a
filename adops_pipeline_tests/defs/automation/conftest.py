"""A stage for sensors: a services over a small warehouse, a clock that tests move, the storage that `adops` uses."""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.definitions.sensor_definition import SensorExecutionData
from dagster._core.events import DagsterEvent
from dagster._core.remote_origin import RegisteredCodeLocationOrigin, RemoteJobOrigin, RemoteRepositoryOrigin

from adops_pipeline.definitions import build_definitions
from adops_pipeline.domain.messages import Message, stored_message
from adops_pipeline.domain.workflows import find_workflow
from adops_pipeline.operations import deliveries, executions
from adops_pipeline.operations.executions import Execution
from adops_pipeline.services.executions import EXECUTION_TAG, stages_of
from adops_pipeline.settings import load_settings
from adops_pipeline.wiring import Services, build_services
from adops_pipeline_tests.dagster_storage.homes import OURS
from adops_pipeline_tests.integration import pipeline
from adops_pipeline_tests.integration.small_run import small_run
from adops_pipeline_tests.integration.telling import MovedClock
from adops_pipeline_tests.notifications.receivers import Receiver, running_receiver
from adops_pipeline_tests.templates import build_dagster_home, copy_into, prepared

NOW = datetime(2026, 11, 10, 12, tzinfo=UTC)
REPOSITORY = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("adops_pipeline"), "__repository__")


@dataclass
class Stage:
    """One data folder with everything that acts on it."""

    services: Services
    instance: dg.DagsterInstance
    definitions: dg.Definitions
    clock: MovedClock
    receiver: Receiver

    @property
    def now(self) -> datetime:
        return self.clock.now

    def evaluate(self, sensor: dg.SensorDefinition, cursor: str | None = None) -> SensorExecutionData:
        """One tick of the sensor, as the daemon makes it."""
        context = dg.build_sensor_context(
            instance=self.instance,
            cursor=cursor,
            repository_def=self.definitions.get_repository_def(),
            resources={"services": self.services},
        )
        with context:
            return sensor.evaluate_tick(context)

    def ask(self, workflow_id: str, parameters: Mapping[str, Any], timeout_seconds: int | None = None) -> Execution:
        """Put a request into the queue as it comes, valid or not."""
        with self.services.store.writing() as con:
            return executions.enqueue(
                con,
                workflow_id=workflow_id,
                parameters=parameters,
                requested_by="api",
                at=self.now,
                stages=stages_of(find_workflow(workflow_id)),
                timeout_seconds=timeout_seconds,
            )

    def execution(self, execution_id: str) -> Execution:
        with self.services.store.reading() as con:
            return executions.get(con, execution_id)

    def every_execution(self) -> list[Execution]:
        with self.services.store.reading() as con:
            return executions.latest(con)

    def run(self, job: str, tags: Mapping[str, str] | None = None, **config: Any) -> dg.ExecuteInProcessResult:
        """Run a job to its end, in this process."""
        resolved = self.definitions.resolve_job_def(job)
        return resolved.execute_in_process(
            instance=self.instance,
            tags=dict(tags or {}),
            run_config=config,
            raise_on_error=False,
            resources={"services": self.services},
        )

    def create_run(
        self, job: str, execution: Execution | None = None, status: dg.DagsterRunStatus = dg.DagsterRunStatus.QUEUED
    ) -> dg.DagsterRun:
        """A run that somebody launched and that has not begun."""
        tags = {EXECUTION_TAG: execution.id} if execution is not None else {}
        resolved = self.definitions.resolve_job_def(job)
        origin = RemoteJobOrigin(REPOSITORY, job)
        return self.instance.create_run_for_job(resolved, tags=tags, status=status, remote_job_origin=origin)

    def begin(self, run: dg.DagsterRun) -> None:
        """The process of the run has started working."""
        self.happens(run, dg.DagsterEventType.RUN_START)

    def happens(self, run: dg.DagsterRun, what: dg.DagsterEventType) -> None:
        event = DagsterEvent(event_type_value=what.value, job_name=run.job_name)
        self.instance.report_dagster_event(event, run_id=run.run_id)

    def published(self) -> None:
        """A run has published the snapshot."""
        self.instance.report_runless_asset_event(dg.AssetMaterialization("adops_snapshot"))

    def change(self, statement: str, *values: object) -> None:
        """Change the warehouse's tables."""
        with self.services.warehouse.writing() as con:
            con.execute(statement, list(values))

    def messages(self) -> list[Message]:
        """What stands in the ledger."""
        with self.services.store.reading() as con:
            return [stored_message(one.message) for one in deliveries.latest(con)]


def listening(data_dir: Path, clock: MovedClock, receiver: Receiver, to: str) -> Services:
    """A services whose one receiver, on loopback, wants to hear of these events."""
    told = {"slack_webhook_url": receiver.slack_url, "events": to, "min_severity": "info", "allow_loopback": True}
    return build_services(load_settings(data_dir=data_dir, notifications=told), clock=clock)


@pytest.fixture(scope="session")
def small_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few weeks of three platforms, analysed; tests copy it."""
    return small_run(tmp_path_factory)


@pytest.fixture(scope="session")
def dagster_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Dagster's own files without runs; tests copy them."""
    return prepared(tmp_path_factory, "dagster-home", build_dagster_home)


@pytest.fixture(scope="session")
def definitions(small_data: Path) -> dg.Definitions:
    """What Dagster loads, once: sensors and runs are handed the services of their test."""
    return build_definitions(_services(small_data))


def _services(folder: Path) -> Services:
    return pipeline.services_of(folder, NOW.date(), 2, **pipeline.ONE_ACCOUNT_EACH)


@pytest.fixture
def stage(
    small_data: Path, empty_data: Path, dagster_home: Path, definitions: dg.Definitions, tmp_path: Path
) -> Iterator[Stage]:
    data = tmp_path / "data"
    data.mkdir()
    for source in (small_data / "warehouse.duckdb", small_data / "adops.duckdb", empty_data / "operations.db"):
        shutil.copy(source, data)
    clock = MovedClock(NOW)
    home = copy_into(dagster_home, tmp_path / "dagster")
    storage = {"storage": {"custom": {**OURS["custom"], "config": {"base_dir": str(home)}}}}
    with dg.instance_for_test(storage, temp_dir=str(home)) as instance, running_receiver() as receiver:
        services = listening(data, clock, receiver, "*")
        yield Stage(services, instance, definitions, clock, receiver)
        services.store.close()
