"""Whether the parts of `adops up` are well: each is asked as its users ask it. A check may raise: no health."""

from datetime import datetime

import dagster as dg
import grpc
import httpx
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import HealthStub

_ANSWER_SECONDS = 3.0
_HEARTBEAT_SECONDS = 120.0
"""Dagster's daemons beat every 30 s, the sensor daemon only between two sensors, each of which may take 60 s."""

_LOCATIONS = (
    "{ workspaceOrError { ... on Workspace { locationEntries { loadStatus locationOrLoadError { __typename } } } } }"
)


def code_server_serves(port: int) -> bool:
    """Whether the code server has loaded the definitions and answers (gRPC's own health protocol)."""
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        answer = HealthStub(channel).Check(HealthCheckRequest(service="DagsterApi"), timeout=_ANSWER_SECONDS)
    return bool(answer.status == HealthCheckResponse.SERVING)


def web_client() -> httpx.Client:
    """A client for servers on this machine: no proxy stands in between."""
    return httpx.Client(timeout=_ANSWER_SECONDS, trust_env=False)


def web_has_loaded(client: httpx.Client, address: str) -> bool:
    """Whether Dagster's web UI answers and shows our definitions."""
    answer = client.post(f"{address}/graphql", json={"query": _LOCATIONS}).json()
    entries = answer["data"]["workspaceOrError"]["locationEntries"]
    return bool(entries) and all(
        entry["loadStatus"] == "LOADED" and entry["locationOrLoadError"]["__typename"] == "RepositoryLocation"
        for entry in entries
    )


def web_answers(client: httpx.Client, address: str) -> bool:
    """Whether Dagster's web UI answers, whatever the state of the definitions."""
    return client.get(f"{address}/server_info").is_success


def daemon_beats(instance: dg.DagsterInstance, now: datetime) -> bool:
    """Whether every daemon that this instance needs has said lately that it lives."""
    oldest = now.timestamp() - _HEARTBEAT_SECONDS
    beats = [status.last_heartbeat for status in instance.get_daemon_statuses().values() if status.required]
    return all(beat is not None and beat.timestamp >= oldest for beat in beats)
