"""Health checks of the parts of `adops up`, through the interfaces that users see. A check that raises has failed."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

_ANSWER_SECONDS = 3.0
_HEARTBEAT_AGE = timedelta(seconds=60)

_LOCATIONS = (
    "{ workspaceOrError { ... on Workspace { locationEntries { loadStatus locationOrLoadError { __typename } } } } }"
)


def web_client() -> httpx.Client:
    """A client for servers on this machine, without a proxy."""
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


def api_answers(client: httpx.Client, address: str) -> bool:
    """Whether the REST API answers, whatever the state of the data."""
    return client.get(f"{address}/healthz").is_success


def daemon_reports(heartbeat: Path, now: datetime) -> bool:
    """Whether the daemon has touched its heartbeat file recently, which it does while all its threads report."""
    return heartbeat.exists() and now - datetime.fromtimestamp(heartbeat.stat().st_mtime, UTC) < _HEARTBEAT_AGE
