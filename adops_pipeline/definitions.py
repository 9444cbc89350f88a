"""The composition root for Dagster: load the defs folder, add resources and the executor. No asset is defined here."""

import warnings

import dagster as dg

from adops_pipeline import defs as definition_modules
from adops_pipeline.dagster_storage.step_outputs import step_outputs
from adops_pipeline.defs.automation.agents import build_agent_schedules
from adops_pipeline.defs.automation.exports import build_export_schedules, build_export_sensors
from adops_pipeline.defs.automation.schedules import build_schedules
from adops_pipeline.settings import load_settings
from adops_pipeline.wiring import Services, build_services


def build_definitions(services: Services) -> dg.Definitions:
    """All assets, checks, jobs, schedules and sensors over these services; tests and commands pass their own."""
    return dg.Definitions.merge(
        _all_of_the_folder(),
        # One process: DuckDB has one writer, and a process per step would cost more than most steps.
        dg.Definitions(
            resources={"services": services, "io_manager": step_outputs},
            executor=dg.in_process_executor,
            schedules=[
                *build_schedules(services.settings),
                *build_export_schedules(services.settings),
                *build_agent_schedules(services.settings),
            ],
            sensors=build_export_sensors(services.settings),
        ),
    )


def _all_of_the_folder() -> dg.Definitions:
    """What the modules of the defs folder define. Dagster's loader of components takes a hundred times as long."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.PreviewWarning)
        return dg.load_definitions_from_package_module(definition_modules)


@dg.definitions
def defs() -> dg.Definitions:
    """The definitions that `dagster` and `dg` load."""
    return build_definitions(build_services(load_settings()))
