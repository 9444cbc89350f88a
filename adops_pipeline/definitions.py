"""The composition root for Dagster: load the defs folder, add resources and the executor. Nothing is defined here."""

import dagster as dg

from adops_pipeline.defs.automation.schedules import build_schedules
from adops_pipeline.resources import build_resources
from adops_pipeline.settings import PROJECT_ROOT, load_settings
from adops_pipeline.wiring import House, build_house


def build_definitions(house: House) -> dg.Definitions:
    """All assets, checks, jobs, schedules and sensors over one house: the command line and tests bring their own."""
    return dg.Definitions.merge(
        dg.load_from_defs_folder(path_within_project=PROJECT_ROOT / "adops_pipeline"),
        # One process: every event costs a commit in Dagster's own log, and DuckDB has one writer anyway.
        dg.Definitions(
            resources=build_resources(house),
            executor=dg.in_process_executor,
            schedules=build_schedules(house.settings),
        ),
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What `dagster` and `dg` load."""
    return build_definitions(build_house(load_settings()))
