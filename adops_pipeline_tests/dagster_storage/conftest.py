"""An instance with the launcher of the project, and a forkserver that has the small jobs loaded."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml
from dagster._core.launcher.base import LaunchRunContext
from dagster._core.remote_origin import RegisteredCodeLocationOrigin, RemoteJobOrigin, RemoteRepositoryOrigin

from adops_pipeline.dagster_storage.launcher import WarmRunLauncher
from adops_pipeline.dagster_storage.run_files import socket_path
from adops_pipeline.supervision.forked import answers
from adops_pipeline.supervision.forkserver import WITHOUT_THREADS
from adops_pipeline_tests.dagster_storage import small_jobs
from adops_pipeline_tests.patience import wait_until
from adops_pipeline_tests.templates import build_dagster_home, copy_into, prepared

SERVE = """
import sys
from pathlib import Path
import dagster as dg
from adops_pipeline.dagster_storage import definitions_in_process, run_worker
from adops_pipeline.dagster_storage.dead_runs import fail_dead_runs
from adops_pipeline.supervision.forkserver import ForkServer, Job

THREADS = frozenset({"polars-ooc-clea"})
folder = Path(sys.argv[1])
definitions_in_process.load(Path.cwd(), sys.argv[2])

def record(argument):
    with dg.DagsterInstance.from_config(sys.argv[3]) as instance:
        fail_dead_runs(instance, folder)
    return 0

jobs = {"run": Job(run_worker.execute, record)}
ForkServer(folder / "forkserver.sock", jobs, lambda: False, lambda _: 0, None, THREADS).serve()
"""


@dataclass
class Bench:
    """An instance, its launcher, and a folder where the steps of the small jobs leave their marks."""

    instance: dg.DagsterInstance
    marks: Path

    @property
    def launcher(self) -> WarmRunLauncher:
        launcher = self.instance.run_launcher
        assert isinstance(launcher, WarmRunLauncher)
        return launcher

    def create(self, job: str, status: dg.DagsterRunStatus = dg.DagsterRunStatus.STARTING) -> dg.DagsterRun:
        """A run that the daemon has taken from the queue."""
        definition: dg.JobDefinition = getattr(small_jobs, job)
        return self.instance.create_run_for_job(
            definition,
            run_config=self._config(job),
            status=status,
            job_code_origin=dg.reconstructable(definition).get_python_origin(),
            remote_job_origin=RemoteJobOrigin(_REPOSITORY, job),
        )

    def create_in_process(self, job: str) -> dg.DagsterRun:
        """A run that a command has created and started in its own process."""
        status = dg.DagsterRunStatus.STARTED
        return self.instance.create_run_for_job(getattr(small_jobs, job), run_config=self._config(job), status=status)

    def _config(self, job: str) -> dict[str, Any]:
        op = {"noting": "note", "waiting": "wait", "crashing": "crash"}[job]
        return {"ops": {op: {"config": {"folder": str(self.marks)}}}}

    def launch(self, run: dg.DagsterRun) -> None:
        self.launcher.launch_run(LaunchRunContext(run, None))

    def status(self, run: dg.DagsterRun) -> dg.DagsterRunStatus:
        found = self.instance.get_run_by_id(run.run_id)
        assert found is not None
        return found.status

    def wait_for(self, run: dg.DagsterRun, status: dg.DagsterRunStatus) -> None:
        wait_until(lambda: self.status(run) in (status, *_ENDS))
        assert self.status(run) is status

    def messages(self, run: dg.DagsterRun) -> list[str]:
        return [entry.user_message or entry.message for entry in self.instance.all_logs(run.run_id)]


_REPOSITORY = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("small"), "__repository__")
_ENDS = (dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED)


@pytest.fixture
def bench(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """An instance of the test's own, without a forkserver."""
    copy_into(prepared(tmp_path_factory, "dagster-home", build_dagster_home), tmp_path)
    with _instance(tmp_path) as instance:
        marks = tmp_path / "marks"
        marks.mkdir()
        yield Bench(instance, marks)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dg.DagsterInstance]:
    """One with a forkserver, for all tests of a module."""
    folder = tmp_path_factory.mktemp("served")
    with _instance(folder) as instance:
        launcher = instance.run_launcher
        assert isinstance(launcher, WarmRunLauncher)
        launcher.folder.mkdir(parents=True)
        command = [sys.executable, "-c", SERVE, str(launcher.folder), small_jobs.MODULE, str(folder)]
        server = subprocess.Popen(command, env=os.environ | WITHOUT_THREADS)
        try:
            wait_until(lambda: answers(socket_path(launcher.folder)))
            yield instance
        finally:
            server.kill()
            server.wait()


@pytest.fixture
def warm(served: dg.DagsterInstance, tmp_path: Path) -> Bench:
    """That instance, and a folder of the test's own for the marks."""
    return Bench(served, tmp_path)


def _instance(home: Path) -> dg.DagsterInstance:
    config = {
        "run_launcher": {
            "module": "adops_pipeline.dagster_storage.launcher",
            "class": "WarmRunLauncher",
            "config": {"base_dir": str(home / "launcher")},
        },
        "compute_logs": {
            "module": "adops_pipeline.dagster_storage.compute_logs",
            "class": "ComputeLogs",
            "config": {"base_dir": str(home / "logs")},
        },
        "telemetry": {"enabled": False},
        "concurrency": {"pools": {"default_limit": 1}},
    }
    (home / "dagster.yaml").write_text(yaml.safe_dump(config))
    return dg.DagsterInstance.from_config(str(home))
