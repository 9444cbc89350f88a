"""Runs that Dagster launched are processes of the code server: with it they die, and nobody else would notice.

`adops up` knows when its code server is gone with all its children: a run of it that still counts as in progress is
then recorded as ended and gives its pool slots back. (For runs of `adops run` see `own_runs`.)
"""

import json

import dagster as dg

_SERVER_TAG = ".dagster/grpc_info"
_IN_PROGRESS = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]


def fail_runs_of_code_server(instance: dg.DagsterInstance, port: int) -> list[str]:
    """Record the end of every run that lived in the code server on this port, which must be gone; gives their ids."""
    runs = instance.get_runs(filters=dg.RunsFilter(statuses=_IN_PROGRESS))
    dead = [run for run in runs if json.loads(run.tags.get(_SERVER_TAG, "{}")).get("port") == port]
    for run in dead:
        if run.status == dg.DagsterRunStatus.CANCELING:
            instance.report_run_canceled(run, "the run was ended together with its code server")
        else:
            instance.report_run_failed(run, "the code server of this run ended before the run did")
        instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
    return [run.run_id for run in dead]
