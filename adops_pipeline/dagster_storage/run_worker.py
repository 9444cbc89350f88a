"""The process of one run: forked with everything loaded, or a new interpreter (``python -m`` this module).

However often a run is launched, one process works on it: the one that holds its lock and finds it not started.
"""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

import dagster as dg
from dagster._core.events import EngineEventData
from dagster._core.instance.ref import InstanceRef
from dagster._grpc.impl import core_execute_run
from dagster._serdes import deserialize_value
from dagster._utils.interrupts import capture_interrupts

from adops_pipeline.dagster_storage.compute_logs import ComputeLogs
from adops_pipeline.dagster_storage.dead_runs import end_dead_run
from adops_pipeline.dagster_storage.definitions_in_process import job_of
from adops_pipeline.dagster_storage.run_files import run_file
from adops_pipeline.supervision.interrupts import repeated_interrupts
from adops_pipeline.supervision.life_lock import living

_AT_WORK = (dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING)


def execute(argument: Mapping[str, str]) -> int:
    """Execute the run; ``argument`` comes from the launcher: folder, run_id, instance_ref.

    Returns 0 once the end of the run is recorded, whatever it is, and if another process works on this run.
    """
    run_id = argument["run_id"]
    with capture_interrupts(), living(run_file(Path(argument["folder"]), run_id)) as is_mine:
        if not is_mine:
            return 0
        reference = deserialize_value(argument["instance_ref"], InstanceRef)
        with dg.DagsterInstance.from_ref(reference) as instance:
            if isinstance(instance.compute_log_manager, ComputeLogs):
                instance.compute_log_manager.copies_output = False
            run = instance.get_run_by_id(run_id)
            if run is not None and run.status is dg.DagsterRunStatus.STARTING:
                _work(instance, run)
            elif run is not None and run.status in _AT_WORK:
                end_dead_run(instance, run)  # the process that started it no longer holds the lock
    return 0


def _work(instance: dg.DagsterInstance, run: dg.DagsterRun) -> None:
    assert run.job_code_origin is not None
    pid = os.getpid()
    instance.report_engine_event(f"Process of the run: {pid}", run, EngineEventData.in_process(pid))
    try:
        with repeated_interrupts():
            for _ in core_execute_run(job_of(run.job_code_origin), run, instance, inject_env_vars=True):
                pass
    except BaseException as error:
        # Dagster records the end of the run before it raises. If it did not, this process counts as crashed.
        ended = instance.get_run_by_id(run.run_id)
        if ended is None or not ended.is_finished:
            raise
        print(f"run {run.run_id} ended early: {error!r}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(execute(json.loads(sys.argv[1])))
