"""The job of all assets alone: `adops run` does without the sensors, schedules and workflows that a daemon needs."""

import warnings

import dagster as dg

from adops_pipeline.dagster_storage.step_outputs import step_outputs
from adops_pipeline.defs import analytics, exports, operations
from adops_pipeline.defs.automation.jobs import SYNC_PLATFORMS
from adops_pipeline.defs.metrics import assets as metrics
from adops_pipeline.defs.metrics import checks
from adops_pipeline.defs.raw import assets as raw
from adops_pipeline.defs.raw import verification
from adops_pipeline.wiring import Services

_MODULES = (raw, verification, metrics, checks, analytics, operations, exports)


def build_asset_job(services: Services) -> dg.JobDefinition:
    """`sync_platforms` over these services; its steps follow each other in one process."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.PreviewWarning)
        assets = dg.load_definitions_from_modules(_MODULES)
    job = dg.Definitions(
        jobs=[SYNC_PLATFORMS],
        resources={"services": services, "io_manager": step_outputs},
        executor=dg.in_process_executor,
    )
    return dg.Definitions.merge(assets, job).resolve_job_def(SYNC_PLATFORMS.name)
