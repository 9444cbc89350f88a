"""Where the processor time of one `adops run` goes: ``python -m benchmarks.stages DAYS`` prints seconds by stage.

Works on any version of the project that is first on the path: a stage whose function is not there counts nothing.
A stage's seconds are its own, without those of the stages that it calls.
"""

import functools
import importlib
import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

# Some modules have moved: where a function was at first, and where it is.
_SYNC = ("adops_pipeline.sync", "adops_pipeline.services.sync")
_ANALYSIS = ("adops_pipeline.analysis", "adops_pipeline.services.analysis")
_STAGES = {
    "definitions": [
        "adops_pipeline.cli.main_job:build_definitions",
        "adops_pipeline.cli.main_job:build_asset_job",
    ],
    "pulls": [f"{module}:Sync.{name}" for module in _SYNC for name in ("entities", "catch_up")],
    "unify entities": ["adops_pipeline.defs.metrics.assets:unify_entities"],
    "unify daily": ["adops_pipeline.defs.metrics.assets:unify_daily"],
    "analyses": [
        f"{module}:Analysis.{name}"
        for module in _ANALYSIS
        for name in (
            "maturity", "pacing", "benchmarks", "anomalies", "forecasts", "forecast_coverage", "recommendations",
            "plan", "experiments",
        )
    ],
    "table checks": [
        f"adops_pipeline.warehouse.checks:{name}"
        for name in ("key_violations", "column_violations", "uncovered_days", "fx_gaps", "damaged_pulls", "freshness")
    ],
    "spend check": ["adops_pipeline.defs.metrics.checks:reconcile_spend"],
    "publish": ["adops_pipeline.wiring.data:DataServices.publish"],
    "copy of the store": [
        "adops_pipeline.defs.operations.assets:copy_store",
        "adops_pipeline.services.store_copy:StoreCopy.refresh",
    ],
    "record and alerts": ["adops_pipeline.cli.main_job:_tell_store"],
    "duckdb.connect": ["duckdb:connect"],
    "create_tables": ["adops_pipeline.warehouse.connection:create_tables"],
    "event log writes": ["dagster:DagsterInstance.handle_new_event"],
}  # fmt: skip
_READS = ("get_", "fetch_", "has_", "claim_", "check_concurrency", "free_concurrency", "initialize_concurrency")


class Stages:
    """Processor seconds and calls by stage."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.calls: Counter[str] = Counter()
        self._current = "all else"
        self._since = time.process_time()

    def switch(self, stage: str) -> str:
        """Count for another stage from now on; gives the former."""
        now = time.process_time()
        self.seconds[self._current] += now - self._since
        former, self._current, self._since = self._current, stage, now
        return former

    def around(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, counted."""

        @functools.wraps(function)
        def counted(*args: object, **kwargs: object) -> object:
            self.calls[stage] += 1
            former = self.switch(stage)
            try:
                return function(*args, **kwargs)
            finally:
                self.switch(former)

        return counted

    def watch(self, stage: str, place: str) -> None:
        """Count a function, which is named ``module:attribute``."""
        module, _, path = place.partition(":")
        *outer, name = path.split(".")
        try:
            owner = functools.reduce(getattr, outer, importlib.import_module(module))
            setattr(owner, name, self.around(stage, getattr(owner, name)))
        except (ImportError, AttributeError):
            return


def _unused_packages() -> tuple[object, ...]:
    """What the command leaves out besides, where this version does."""
    try:
        return (importlib.import_module("adops_pipeline.dagster_storage.unused_packages").UNUSED_PACKAGES,)
    except ModuleNotFoundError:
        return ()


def main(days: int) -> None:
    """Run the main job once."""
    stages = Stages()
    stages.switch("imports")
    # As the command does before it imports what a run needs.
    command = importlib.import_module("adops_pipeline.cli.run")
    for name in ("collect_garbage_seldom", "keep_freed_memory"):
        getattr(command, name, lambda: None)()
    for place in ("adops_pipeline.cli.unused_imports", "adops_pipeline.supervision.unused_imports"):  # former, present
        try:
            unused = importlib.import_module(place)
        except ModuleNotFoundError:  # this version has it elsewhere, or has none
            continue
        getattr(unused, "leave_pandas_out", lambda: None)()  # its former name
        if hasattr(unused, "leave_unused_out"):
            unused.leave_unused_out(*_unused_packages())
    main_job = importlib.import_module("adops_pipeline.cli.main_job")
    home = importlib.import_module("adops_pipeline.cli.dagster_home")
    settings = importlib.import_module("adops_pipeline.settings")
    dagster = importlib.import_module("dagster")
    stages.switch("instance")
    home.ensure_dagster_home(settings.load_settings().data_dir)
    with dagster.DagsterInstance.get() as instance:
        log = type(instance.event_log_storage)
    stages.switch("all else")
    for stage, places in _STAGES.items():
        for place in places:
            stages.watch(stage, place)
    for name in dir(log):
        if name.startswith(_READS):
            setattr(log, name, stages.around("event log reads", getattr(log, name)))
    outcome = main_job.run_main_job(days=days, as_of=None, quiet=True)
    stages.switch("end")
    seconds = {"interpreter": time.process_time() - sum(stages.seconds.values())} | stages.seconds
    print(json.dumps({"seconds": seconds, "calls": stages.calls, "succeeded": outcome.succeeded}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
