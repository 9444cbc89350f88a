"""Definitions for tests of launcher and daemon: jobs that end, wait or crash, and sensors that say that they ticked."""

import os
import signal
import time
from pathlib import Path

import dagster as dg

from adops_pipeline.dagster_storage.internals import IDLE_TAG

MODULE = "adops_pipeline_tests.dagster_storage.small_jobs"
TICKED: list[str] = []
"""Sensors that have ticked in this process."""


@dg.op(config_schema={"folder": str})
def note(context: dg.OpExecutionContext) -> None:
    """Leave a file with the id of this process for every time that this is done."""
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    print(f"noted in {os.getpid()} with {len(children)} processes of its own")
    (Path(context.op_config["folder"]) / f"{os.getpid()}-{time.monotonic_ns()}").touch()


@dg.op(config_schema={"folder": str})
def wait(context: dg.OpExecutionContext) -> None:
    """Say that it has begun, and wait for an interrupt."""
    (Path(context.op_config["folder"]) / "waiting").touch()
    time.sleep(1800)  # longer than any test waits for the interrupt


@dg.op(pool="one_at_a_time", config_schema={"folder": str})
def crash() -> None:
    """Die without a word, within a pool."""
    os.kill(os.getpid(), signal.SIGKILL)


@dg.job(executor_def=dg.in_process_executor)
def noting() -> None:
    """Notes."""
    note()


@dg.job(executor_def=dg.in_process_executor)
def waiting() -> None:
    """Waits."""
    wait()


@dg.job(executor_def=dg.in_process_executor)
def crashing() -> None:
    """Crashes."""
    crash()


def _ticks(name: str, idle_seconds: str) -> dg.SensorDefinition:
    @dg.sensor(
        name=name,
        minimum_interval_seconds=1,
        tags={IDLE_TAG: idle_seconds},
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def tick(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        TICKED.append(f"{name} {context.instance is not None}")
        return dg.SkipReason("nothing to do")

    return tick


@dg.definitions
def defs() -> dg.Definitions:
    """All of it."""
    return dg.Definitions(jobs=[noting, waiting, crashing], sensors=[_ticks("seldom", "1000"), _ticks("often", "2")])
