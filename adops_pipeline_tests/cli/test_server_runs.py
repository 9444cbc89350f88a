"""Runs that died with their code server are recorded as ended; others are left alone."""

import json

import dagster as dg

from adops_pipeline.cli.server_runs import fail_runs_of_code_server


@dg.job
def some_job() -> None:
    """No steps: only the records of its runs matter here."""


def _run(instance: dg.DagsterInstance, status: dg.DagsterRunStatus, port: int | None) -> str:
    tags = {} if port is None else {".dagster/grpc_info": json.dumps({"host": "127.0.0.1", "port": port})}
    return instance.create_run_for_job(some_job, status=status, tags=tags).run_id


def _status(instance: dg.DagsterInstance, run_id: str) -> dg.DagsterRunStatus:
    run = instance.get_run_by_id(run_id)
    assert run is not None
    return run.status


def test_runs_of_the_dead_server_end_each_in_its_way() -> None:
    status = dg.DagsterRunStatus
    with dg.DagsterInstance.ephemeral() as instance:
        before = (status.STARTING, status.STARTED, status.CANCELING, status.SUCCESS, status.NOT_STARTED)
        runs = [_run(instance, each, port=4000) for each in before]
        buried = fail_runs_of_code_server(instance, 4000)
        after = [_status(instance, run) for run in runs]
    assert sorted(buried) == sorted(runs[:3])
    assert after == [status.FAILURE, status.FAILURE, status.CANCELED, status.SUCCESS, status.NOT_STARTED]


def test_runs_of_another_server_or_of_none_are_left_alone() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        runs = [_run(instance, dg.DagsterRunStatus.STARTED, port) for port in (4001, None)]
        assert fail_runs_of_code_server(instance, 4000) == []
        assert {_status(instance, run) for run in runs} == {dg.DagsterRunStatus.STARTED}
