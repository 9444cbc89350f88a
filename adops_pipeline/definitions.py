"""The composition root for Dagster: load the defs folder, add resources and the executor. Nothing is defined here."""

import dagster as dg

from adops_pipeline.defs.automation.schedules import build_schedules
from adops_pipeline.settings import PROJECT_ROOT, load_settings
from adops_pipeline.wiring import Services, build_services


def build_definitions(services: Services) -> dg.Definitions:
    """All assets, checks, jobs, schedules and sensors over these services; tests and commands bring their own."""
    return dg.Definitions.merge(
        dg.load_from_defs_folder(path_within_project=PROJECT_ROOT / "adops_pipeline"),
        # One process: every event costs a commit in Dagster's own log, and DuckDB has one writer anyway.
        dg.Definitions(
            resources={"services": services},
            executor=dg.in_process_executor,
            schedules=build_schedules(services.settings),
        ),
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What `dagster` and `dg` load."""
    return build_definitions(build_services(load_settings()))
