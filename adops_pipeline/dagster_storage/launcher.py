"""Launches runs from a warm process: the forkserver of `adops up`, or a new interpreter if none answers.

`terminate` interrupts the process of the run, and run monitoring asks here whether that process lives.
Configured in dagster.yaml as ``run_launcher``.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import dagster as dg
from dagster._config.config_schema import UserConfigSchema
from dagster._core.launcher.base import CheckRunHealthResult, LaunchRunContext, RunLauncher, WorkerStatus
from dagster._serdes import ConfigurableClass, ConfigurableClassData, serialize_value

from adops_pipeline.dagster_storage.run_files import run_file, socket_path
from adops_pipeline.supervision.forked import ForkServerError, fork_job
from adops_pipeline.supervision.life_lock import has_died, living_pid

RUN_JOB = "run"
"""The name of the forkserver's job that executes a run."""


class WarmRunLauncher(RunLauncher[dg.DagsterInstance], ConfigurableClass):
    """Starts each run in its own process, forked with everything imported. ``base_dir`` is the launcher's folder."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self.folder = Path(base_dir).absolute()
        self._inst_data = inst_data
        self._started: list[subprocess.Popen[bytes]] = []
        super().__init__()  # type: ignore[no-untyped-call]

    @property
    def inst_data(self) -> ConfigurableClassData | None:
        """The configuration from which Dagster builds this launcher in another process."""
        return self._inst_data

    @classmethod
    def config_type(cls) -> UserConfigSchema:
        """The options in dagster.yaml."""
        return {"base_dir": dg.StringSource}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData, config_value: Mapping[str, Any]) -> Self:
        """Build the launcher from dagster.yaml."""
        return cls(inst_data=inst_data, **config_value)

    def launch_run(self, context: LaunchRunContext) -> None:
        """Start the process of the run and return. If a run is launched twice, one process works on it."""
        argument = {
            "folder": str(self.folder),
            "run_id": context.dagster_run.run_id,
            "instance_ref": serialize_value(self._instance.get_ref()),
        }
        try:
            fork_job(socket_path(self.folder), RUN_JOB, argument)
        except ForkServerError:
            self._start_interpreter(argument)

    def _start_interpreter(self, argument: Mapping[str, str]) -> None:
        """Start the run about as slowly as Dagster's own launcher: the new process imports everything first."""
        self._started = [process for process in self._started if process.poll() is None]
        module = "adops_pipeline.dagster_storage.run_worker"
        command = [sys.executable, "-m", module, json.dumps(argument)]
        self._started.append(subprocess.Popen(command, stdin=subprocess.DEVNULL))  # noqa: S603 - our own

    def terminate(self, run_id: str) -> bool:
        """Interrupt the process of the run, as Ctrl-C would; False if there is no process to interrupt."""
        run = self._instance.get_run_by_id(run_id)
        if run is None or run.is_finished:
            return False
        if _is_of_a_command(run):
            self._instance.report_engine_event("This run works in the process of a command: interrupt it there.", run)
            return False
        self._instance.report_run_canceling(run)
        pid = living_pid(run_file(self.folder, run_id))
        if pid is None:
            self._instance.report_engine_event("No process of this run was found to interrupt.", run)
            return False
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT)
        return True

    @property
    def supports_check_run_worker_health(self) -> bool:
        """Run monitoring may ask whether the process of a run lives."""
        return True

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """Whether the process of the run lives.

        The process of a command counts as living until its lock shows that it died. A script that runs a job by itself
        holds no lock; monitoring must not mark its run as failed.
        """
        file = run_file(self.folder, run.run_id)
        if living_pid(file) is not None:
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        now = self._instance.get_run_by_id(run.run_id)
        if now is None or now.is_finished:
            return CheckRunHealthResult(WorkerStatus.SUCCESS)
        if _is_of_a_command(run) and not has_died(file):
            return CheckRunHealthResult(WorkerStatus.RUNNING, "its process was not started by this launcher")
        return CheckRunHealthResult(WorkerStatus.NOT_FOUND, "the process of this run ended before the run did")


def _is_of_a_command(run: dg.DagsterRun) -> bool:
    """Whether the run works in a process that no launcher started, such as `adops run` or a script of the user.

    Dagster stores the origin of the job with every run that is to be launched.
    """
    return run.remote_job_origin is None
