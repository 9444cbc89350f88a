"""How an execution becomes a run: its job, config and tags. One execution, one run key, one run."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import dagster as dg

from adops_pipeline.defs.automation.jobs import SYNC_PLATFORMS, catch_up_config, partition_tags
from adops_pipeline.defs.raw.assets import daily_key, entities_key
from adops_pipeline.domain.vocabulary import DateRange, Platform
from adops_pipeline.domain.workflows import find_workflow, validate
from adops_pipeline.domain.workflows.parameters import SyncParameters
from adops_pipeline.operations.executions import Execution
from adops_pipeline.wiring import House
from adops_pipeline.workflow_runs import EXECUTION_TAG


def run_request(house: House, execution: Execution, assets: Iterable[dg.AssetKey]) -> dg.RunRequest:
    """The request for the run of ``execution``; ``assets`` are all that the sync may materialize.

    Raises UnknownWorkflowError and ParameterError for an execution that no run can serve.
    """
    workflow = find_workflow(execution.workflow_id)
    parameters = validate(workflow.id, execution.parameters)
    tags = {EXECUTION_TAG: execution.id, "adops/workflow": workflow.id}
    if execution.timeout_seconds is not None:
        tags["dagster/max_runtime"] = str(execution.timeout_seconds)
    if not isinstance(parameters, SyncParameters):
        config: dict[str, Any] = {"parameters": execution.parameters}
        return dg.RunRequest(run_key=execution.id, job_name=workflow.job_name, run_config=config, tags=tags)
    return dg.RunRequest(
        run_key=execution.id,
        job_name=SYNC_PLATFORMS.name,
        run_config=_sync_config(parameters),
        asset_selection=[key for key in assets if not _is_left_out(key, parameters)] if parameters.platforms else None,
        tags=tags | partition_tags(_sync_days(house, parameters)),
    )


def _sync_config(parameters: SyncParameters) -> dict[str, Any]:
    """Without a look-back of its own a sync asks for what may have changed, with one for all of its days."""
    if parameters.lookback_days is None and not parameters.platforms:
        return catch_up_config()
    only_unsettled = parameters.lookback_days is None
    chosen = parameters.platforms or tuple(Platform)
    return {"ops": {daily_key(platform): {"config": {"only_unsettled": only_unsettled}} for platform in chosen}}


def _sync_days(house: House, parameters: SyncParameters) -> DateRange:
    if parameters.lookback_days is None:
        return house.sync.unsettled()
    today = house.clock().date()
    first = max(today - timedelta(days=parameters.lookback_days - 1), house.settings.partition_start)
    return DateRange(first, today)


def _is_left_out(key: dg.AssetKey, parameters: SyncParameters) -> bool:
    """Whether the asset is a raw one of a platform that was not asked for."""
    others = set(Platform) - set(parameters.platforms)
    return key.to_user_string() in {name(platform) for platform in others for name in (entities_key, daily_key)}
