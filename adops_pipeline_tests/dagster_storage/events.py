"""Every kind of event that a run of this project writes, made by running a small job once."""

from collections.abc import Iterator

import dagster as dg

MONTHS = dg.MonthlyPartitionsDefinition(start_date="2026-08-01")
RANGE = {"dagster/asset_partition_range_start": "2026-08-01", "dagster/asset_partition_range_end": "2026-10-01"}


@dg.asset(
    partitions_def=MONTHS,
    backfill_policy=dg.BackfillPolicy.single_run(),
    check_specs=[dg.AssetCheckSpec("every_account", asset="pulled")],
    tags={"kind": "raw"},
)
def pulled(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # type: ignore[type-arg]
    context.log_event(dg.AssetObservation("seen", tags={"by": "test"}, metadata={"rows": 3}))
    check = dg.AssetCheckResult(check_name="every_account", passed=False, metadata={"accounts": "2"})
    return dg.MaterializeResult(metadata={"rows": 7}, check_results=[check], data_version=dg.DataVersion("a"))


@dg.asset(deps=[pulled], pool="warehouse")
def counted(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # type: ignore[type-arg]
    context.log.info("counting")
    return dg.MaterializeResult(metadata={"rows": 9}, tags={"quality": "good"})


@dg.asset(deps=[counted])
def broken() -> None:
    raise RuntimeError("out of order")


@dg.asset_check(asset="counted", blocking=True)
def has_rows() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=True)


def definitions() -> dg.Definitions:
    return dg.Definitions(
        assets=[pulled, counted, broken],
        asset_checks=[has_rows],
        jobs=[dg.define_asset_job("everything", selection=dg.AssetSelection.all())],
    )


def events_of_a_run() -> list[dg.EventLogEntry]:
    """The events of a run with partitions, checks, observations, tags, a message of its own and a failed step."""
    with dg.DagsterInstance.ephemeral() as instance:
        job = definitions().resolve_job_def("everything")
        quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
        result = job.execute_in_process(run_config=quiet, instance=instance, tags=RANGE, raise_on_error=False)
        return list(instance.event_log_storage.get_logs_for_run(result.run_id))


def batches(events: list[dg.EventLogEntry]) -> Iterator[list[dg.EventLogEntry]]:
    """Runs of events of the same kind, which is how Dagster hands them over."""
    batch: list[dg.EventLogEntry] = []
    for event in events:
        if batch and event.dagster_event_type != batch[-1].dagster_event_type:
            yield batch
            batch = []
        batch.append(event)
    if batch:
        yield batch
