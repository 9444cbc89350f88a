"""The daily pruning: what is older than the settings of `[retention]` is deleted."""

import dagster as dg

from adops_pipeline.dagster_storage.retention import prune_in_turn
from adops_pipeline.services.documents.retention import prune_lines
from adops_pipeline.wiring import Services


@dg.op(description="Deletes what is older than the settings of [retention]; what is still needed stays.")
def delete_what_is_old(context: dg.OpExecutionContext, services: dg.ResourceParam[Services]) -> None:
    """Prune every kind, when no run of a command is under way."""
    found = prune_in_turn(
        services, context.instance, lambda pid: context.log.info("waits for process %s", pid), dry_run=False
    )
    for line in prune_lines(found, dry_run=False):
        context.log.info(line)
    context.add_output_metadata({one.kind: one.count for one in found})


@dg.job(description="Deletes superseded raw files, old events, messages, Dagster's runs and logs, and leftovers.")
def prune() -> None:
    """One op."""
    delete_what_is_old()
