"""The forkserver of `adops up` (``python -m`` this module): web UI, daemon, API and runs are forked from it.

It imports everything and loads the definitions once. It opens no database and starts no thread; forked processes do.
"""

import json
import sys
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg

from adops_pipeline.api.server import serve
from adops_pipeline.dagster_storage import definitions_in_process, run_worker
from adops_pipeline.dagster_storage.daemon import run_daemon
from adops_pipeline.dagster_storage.dead_runs import fail_dead_runs
from adops_pipeline.dagster_storage.launcher import RUN_JOB
from adops_pipeline.dagster_storage.run_files import socket_path
from adops_pipeline.dagster_storage.unused_packages import UNUSED_PACKAGES
from adops_pipeline.dagster_storage.web import serve_web
from adops_pipeline.dashboard.site import dashboard_app
from adops_pipeline.defs.automation.wake_ups import WakeUps
from adops_pipeline.settings import PROJECT_ROOT, default_data_dir, load_settings
from adops_pipeline.supervision.forkserver import AFTER_FAILURE, FIRST, ForkServer, Job, run_forked
from adops_pipeline.supervision.listening import bound_socket
from adops_pipeline.supervision.unused_imports import leave_unused_out
from adops_pipeline.wiring import build_services, close_warehouse_files, end_library_threads, import_everything

HARMLESS_THREADS = {"polars-ooc-clea"}
"""Polars' thread that removes spilled files: it waits for work and holds no lock. Forked processes do without it."""


class _Definitions:
    """The loaded definitions, loaded again when the settings have changed or a new day has begun."""

    def __init__(self) -> None:
        self._state = _settings_state()
        import_everything()
        self.loaded = definitions_in_process.load(PROJECT_ROOT)

    def refresh(self) -> bool:
        """Load again if settings or day have changed; True if so. If loading fails, each run fails with the reason."""
        state = _settings_state()
        if state == self._state:
            return False
        self._state = state
        try:
            self.loaded = definitions_in_process.load(PROJECT_ROOT)
        except Exception:  # noqa: BLE001 - user code; the forkserver must continue
            definitions_in_process.forget()
            traceback.print_exc(file=sys.stderr)
        return True


def _settings_state() -> tuple[object, ...]:
    """What the definitions depend on besides the code: the settings files, and the day on which the history ends."""
    files = (default_data_dir() / "adops.toml", PROJECT_ROOT / ".env")
    return (datetime.now(UTC).date(), *(file.stat().st_mtime_ns if file.exists() else 0 for file in files))


def execute_run(argument: Mapping[str, str]) -> int:
    """Execute a run. Forked processes skip exit handlers, which close the warehouse in other processes."""
    try:
        return run_worker.execute(argument)
    finally:
        close_warehouse_files()


def main(folder: Path, name: str | None = None, argument: str = "{}") -> int:
    """Serve requests in the launcher's folder until interrupted; with a name, do that job in this process instead."""
    definitions = _Definitions()
    end_library_threads()

    def web(argument: Mapping[str, str]) -> int:
        return serve_web(definitions.loaded, int(argument["port"]))

    def daemon(argument: Mapping[str, str]) -> int:
        services = build_services(load_settings())
        return run_daemon(definitions.loaded, Path(argument["heartbeat"]), services.store.file, WakeUps(services))

    def api(argument: Mapping[str, str]) -> int:
        services = build_services(load_settings())
        listening = bound_socket(int(argument["port"]), services.settings.api.host)
        serve(dashboard_app(services, argument["dagster"]), services.settings, listening)
        return 0

    def record_dead_runs(_: Mapping[str, str]) -> int:
        with dg.DagsterInstance.get() as instance:
            fail_dead_runs(instance, folder)
        return 0

    def alone(name: str, argument: Mapping[str, str]) -> list[str]:
        return [sys.executable, "-m", "adops_pipeline.parts.forkserver", str(folder), name, json.dumps(dict(argument))]

    jobs = {
        "webserver": Job(web),
        "daemon": Job(daemon),
        "api": Job(api),
        RUN_JOB: Job(execute_run, after_failure=record_dead_runs),
    }
    if name is not None:
        own = {FIRST: record_dead_runs, AFTER_FAILURE: record_dead_runs}
        run_forked(name, own[name] if name in own else jobs[name].run, json.loads(argument), None)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    ForkServer(
        socket_path(folder), jobs, definitions.refresh, record_dead_runs, alone, frozenset(HARMLESS_THREADS)
    ).serve()
    return 0


if __name__ == "__main__":
    leave_unused_out(UNUSED_PACKAGES)
    sys.exit(main(Path(sys.argv[1]), *sys.argv[2:]))
