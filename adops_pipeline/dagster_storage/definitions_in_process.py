"""The project's definitions, loaded once; the web UI, the daemon and runs that are forked afterwards share them.

Dagster usually keeps user code in a gRPC server. Here every process of `adops up` holds the definitions itself, which
saves the server, its heartbeats and every round trip, and a run starts without loading anything.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import dagster as dg
from dagster._core.code_pointer import CodePointer
from dagster._core.definitions.reconstruct import ReconstructableJob, ReconstructableRepository
from dagster._core.definitions.repository_definition import RepositoryDefinition
from dagster._core.definitions.sensor_definition import SensorExecutionData
from dagster._core.errors import SensorExecutionError, user_code_error_boundary
from dagster._core.execution.resources_init import get_transitive_required_resource_keys
from dagster._core.origin import DEFAULT_DAGSTER_ENTRY_POINT, JobPythonOrigin
from dagster._core.remote_origin import CodeLocationOrigin, InProcessCodeLocationOrigin
from dagster._core.remote_representation.code_location import InProcessCodeLocation
from dagster._core.remote_representation.external import RemoteRepository
from dagster._core.remote_representation.external_data import RepositorySnap
from dagster._core.remote_representation.handle import RepositoryHandle
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import InProcessWorkspaceLoadTarget
from dagster._core.workspace.workspace import CodeLocationEntry, CodeLocationLoadStatus, DefinitionsSource
from dagster._grpc.server import LoadedRepositories
from dagster._time import get_current_timestamp
from dagster._utils.hosted_user_process import recon_job_from_origin

MODULE = "adops_pipeline.definitions"
LOCATION = "adops_pipeline"

_loaded: dict[CodePointer, RepositoryDefinition] = {}
"""Repositories that ``load`` has loaded in this process, or in the one that it was forked from."""


def load(directory: Path, module: str = MODULE) -> LoadedRepositories:
    """Load the definitions of a module of the project in this directory, and keep them for ``job_of``."""
    forget()
    loaded = LoadedRepositories(
        LoadableTargetOrigin(executable_path=sys.executable, module_name=module, working_directory=str(directory)),
        container_image=None,
        entry_point=DEFAULT_DAGSTER_ENTRY_POINT,
        container_context=None,
        code_location_name=LOCATION,
    )
    for name, pointer in loaded.code_pointers_by_repo_name.items():
        _loaded[pointer] = loaded.definitions_by_name[name]
    return loaded


def forget() -> None:
    """Make every later run load its definitions itself, until ``load`` is called again."""
    _loaded.clear()


def job_of(origin: JobPythonOrigin) -> ReconstructableJob:
    """The job of a run, from the loaded definitions if they include it; otherwise it is loaded from its origin."""
    job = recon_job_from_origin(origin)
    if job.repository.pointer not in _loaded:
        return job
    return job._replace(repository=_LoadedRepository(*job.repository))


class _LoadedRepository(ReconstructableRepository):
    """Returns the loaded definitions instead of loading them again."""

    def get_definition(self) -> RepositoryDefinition:
        return _loaded[self.pointer]


class SharedCodeLocation(InProcessCodeLocation):
    """The loaded definitions as Dagster's web UI and daemon see a code location."""

    def __init__(
        self, origin: InProcessCodeLocationOrigin, instance: dg.DagsterInstance, loaded: LoadedRepositories
    ) -> None:
        # Replaces Dagster's own __init__, which would load the definitions once more.
        self._origin, self._instance, self._loaded_repositories = origin, instance, loaded
        self._repository_code_pointer_dict = loaded.code_pointers_by_repo_name
        self._repositories = {
            name: RemoteRepository(
                RepositorySnap.from_def(definition),
                RepositoryHandle.from_location(repository_name=name, code_location=self),
                auto_materialize_use_sensors=instance.auto_materialize_use_sensors,
            )
            for name, definition in loaded.definitions_by_name.items()
        }

    def get_sensor_execution_data(
        self,
        instance: dg.DagsterInstance,
        repository_handle: RepositoryHandle,
        name: str,
        last_tick_completion_time: float | None,
        last_run_key: str | None,
        cursor: str | None,
        log_key: Sequence[str] | None,
        last_sensor_start_time: float | None,
    ) -> SensorExecutionData:
        """Evaluate a sensor with the open instance; Dagster would open another one for every tick."""
        repository = self._get_repo_def(repository_handle.repository_name)
        sensor = repository.get_sensor_def(name)
        resources = repository.get_top_level_resources()
        needed = get_transitive_required_resource_keys(sensor.required_resource_keys, resources)
        with (
            dg.SensorEvaluationContext(
                None,
                last_tick_completion_time=last_tick_completion_time,
                last_run_key=last_run_key,
                cursor=cursor,
                log_key=log_key,
                repository_name=repository.name,
                repository_def=repository,
                instance=instance,
                sensor_name=name,
                resources={key: resource for key, resource in resources.items() if key in needed},
                last_sensor_start_time=last_sensor_start_time,
                code_location_origin=self.origin,
            ) as context,
            user_code_error_boundary(SensorExecutionError, lambda: f"Error in the evaluation of sensor {name}"),
        ):
            return sensor.evaluate_tick(context)


class SharedWorkspace(WorkspaceProcessContext):
    """A workspace with the loaded definitions as its only location. They do not change while the process lives."""

    def __init__(self, instance: dg.DagsterInstance, loaded: LoadedRepositories, version: str = "") -> None:
        target = loaded._loadable_target_origin  # noqa: SLF001 - it has no public name
        assert target is not None
        origin = InProcessCodeLocationOrigin(target, location_name=LOCATION)
        self._shared = SharedCodeLocation(origin, instance, loaded)
        super().__init__(instance, InProcessWorkspaceLoadTarget(origin), version=version)

    def _load_location(self, origin: CodeLocationOrigin, reload: bool) -> CodeLocationEntry:
        now = get_current_timestamp()
        return CodeLocationEntry(
            origin=origin,
            code_location=self._shared,
            load_error=None,
            load_status=CodeLocationLoadStatus.LOADED,
            display_metadata={},
            update_timestamp=now,
            version_key=str(now),
            definitions_source=DefinitionsSource.CODE_SERVER,
        )

    def refresh_workspace(self) -> None:
        """Called by the daemon once a minute; there is nothing to reload."""
