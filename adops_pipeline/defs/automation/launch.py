"""Builds the run of an execution: job, config and tags. The run key is the execution's id, so there is only one run."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import dagster as dg

from adops_pipeline.defs.automation.jobs import catch_up_config, days_config, partition_tags
from adops_pipeline.defs.raw.assets import daily_key, entities_key
from adops_pipeline.domain.vocabulary import DateRange, Platform
from adops_pipeline.domain.workflows import Parameters, Workflow, find_workflow, to_document, validate
from adops_pipeline.domain.workflows.parameters import SyncParameters
from adops_pipeline.services.executions import EXECUTION_TAG, Execution
from adops_pipeline.wiring import Services


@dataclass(frozen=True)
class Launch:
    """Parameters and tags of a workflow's run. ``assets``: those it is restricted to, None for all."""

    config: dict[str, Any]
    tags: dict[str, str]
    assets: list[dg.AssetKey] | None = None


def launch_of(services: Services, workflow: Workflow, parameters: Parameters, assets: Iterable[dg.AssetKey]) -> Launch:
    """Config, tags and selection of a run; ``assets`` are all that the sync may materialize."""
    tags = {"adops/workflow": workflow.id}
    if not isinstance(parameters, SyncParameters):
        return Launch({"parameters": to_document(parameters)}, tags)
    chosen = [key for key in assets if not _is_left_out(key, parameters)] if parameters.platforms else None
    days = _sync_days(services, parameters)
    return Launch(_sync_config(parameters, days), tags | partition_tags(days), chosen)


def run_request(services: Services, execution: Execution, assets: Iterable[dg.AssetKey]) -> dg.RunRequest:
    """The request for the run of ``execution``; ``assets`` are all that the sync may materialize.

    Raises UnknownWorkflowError and ParameterError for an execution that no run can serve.
    """
    workflow = find_workflow(execution.workflow_id)
    launch = launch_of(services, workflow, validate(workflow.id, execution.parameters), assets)
    tags = launch.tags | {EXECUTION_TAG: execution.id}
    if execution.timeout_seconds is not None:
        tags["dagster/max_runtime"] = str(execution.timeout_seconds)
    return dg.RunRequest(
        run_key=execution.id,
        job_name=workflow.job_name,
        run_config=launch.config,
        asset_selection=launch.assets,
        tags=tags,
    )


def _sync_config(parameters: SyncParameters, days: DateRange) -> dict[str, Any]:
    """Without a look-back of its own a sync pulls days that may have changed, with one all of its days."""
    chosen = parameters.platforms or tuple(Platform)
    return catch_up_config(chosen) if parameters.lookback_days is None else days_config(days, chosen)


def _sync_days(services: Services, parameters: SyncParameters) -> DateRange:
    if parameters.lookback_days is None:
        return services.sync.unsettled()
    today = services.clock().date()
    first = max(today - timedelta(days=parameters.lookback_days - 1), services.settings.partition_start)
    return DateRange(first, today)


def _is_left_out(key: dg.AssetKey, parameters: SyncParameters) -> bool:
    """Whether the asset is a raw asset of a platform that was not requested."""
    others = set(Platform) - set(parameters.platforms)
    return key.to_user_string() in {name(platform) for platform in others for name in (entities_key, daily_key)}
