"""Health checks of the parts of `adops up`, through the interfaces that users see. A check that raises has failed.

The program that asks lives as long as `adops up` and imports little: HTTP is the standard library's.
"""

import http.client
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

_ANSWER_SECONDS = 3.0
_HEARTBEAT_AGE = timedelta(seconds=60)

_LOCATIONS = (
    "{ workspaceOrError { ... on Workspace { locationEntries { loadStatus locationOrLoadError { __typename } } } } }"
)


def web_has_loaded(address: str) -> bool:
    """Whether Dagster's web UI answers and shows our definitions."""
    _, body = _answer(address, "/graphql", json.dumps({"query": _LOCATIONS}))
    return shows_definitions(json.loads(body))


def shows_definitions(answer: Mapping[str, Any]) -> bool:
    """Whether all code locations in the web UI's answer have loaded."""
    entries = answer["data"]["workspaceOrError"]["locationEntries"]
    return bool(entries) and all(
        entry["loadStatus"] == "LOADED" and entry["locationOrLoadError"]["__typename"] == "RepositoryLocation"
        for entry in entries
    )


def web_answers(address: str) -> bool:
    """Whether Dagster's web UI answers, whatever the state of the definitions."""
    return _is_success(address, "/server_info")


def api_answers(address: str) -> bool:
    """Whether the REST API answers, whatever the state of the data. Raises OSError or HTTPException where none is."""
    return _is_success(address, "/healthz")


def daemon_reports(heartbeat: Path, now: datetime) -> bool:
    """Whether the daemon has touched its heartbeat file recently, which it does while all its threads report."""
    return heartbeat.exists() and now - datetime.fromtimestamp(heartbeat.stat().st_mtime, UTC) < _HEARTBEAT_AGE


def _is_success(address: str, path: str) -> bool:
    return 200 <= _answer(address, path)[0] < 300


def _answer(address: str, path: str, document: str | None = None) -> tuple[int, bytes]:
    """Status and body of the answer of a server on this machine; a JSON document is posted. No proxy is asked."""
    server = urlsplit(address)
    connection = http.client.HTTPConnection(server.hostname or "", server.port, timeout=_ANSWER_SECONDS)
    try:
        if document is None:
            connection.request("GET", path)
        else:
            connection.request("POST", path, document, {"Content-Type": "application/json"})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()
