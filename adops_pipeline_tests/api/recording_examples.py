"""Records the examples of answers in the OpenAPI document from a small simulated market.

    python -m adops_pipeline_tests.api.recording_examples

Only reading operations whose answers have something to show are recorded; the others get an example from their schema.
"""

import asyncio
import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from adops_pipeline.api.app import create_app
from adops_pipeline.wiring import Services
from adops_pipeline_tests.api.conftest import _publish, client_of, services_over

KEPT = Path(__file__).resolve().parents[2] / "adops_pipeline" / "api" / "examples.json"
_LONGEST_LIST = 2
_LONGEST_ANSWER = 6000
_LEFT_OUT = ("stream_events", "metrics", "get_session")


async def record(services: Services) -> dict[str, Any]:
    """The answer of each operation that reads, by its id."""
    recorded: dict[str, Any] = {}
    document = create_app(services).openapi()
    async with client_of(services) as client:
        for template in ("quick-pacing-check", "daily-anomaly-scan"):
            await client.post("/api/workflows/run", json={"template": template})
        for path, operations in document["paths"].items():
            operation = operations.get("get")
            if operation is None or operation["operationId"] in _LEFT_OUT:
                continue
            response = await client.get(await _address(client, path), params=_limit(operation))
            answer = _shortened(response.json()) if response.status_code == 200 else None
            is_empty = not answer or (isinstance(answer, dict) and answer.get("items") == [])
            if not is_empty and len(json.dumps(answer)) < _LONGEST_ANSWER:
                recorded[operation["operationId"]] = answer
    return recorded


async def _address(client: httpx.AsyncClient, path: str) -> str:
    """The path with the parameters' values taken from the listing before them."""
    while found := re.search(r"/\{\w+\}", path):
        listing = path[: found.start()]
        rows = (await client.get(listing, params={"limit": 1})).json()
        first: dict[str, Any] = next(iter(rows.get("items", [])), {}) if isinstance(rows, dict) else {}
        value = first.get("id") or first.get("fingerprint") or first.get("campaignId") or "none"
        path = f"{listing}/{value}{path[found.end() :]}"
    return path


def _limit(operation: Any) -> dict[str, int]:
    return {"limit": 1} if any(one["name"] == "limit" for one in operation.get("parameters", ())) else {}


def _shortened(value: Any) -> Any:
    match value:
        case dict():
            return {name: _shortened(one) for name, one in value.items()}
        case list():
            return [_shortened(one) for one in value[:_LONGEST_LIST]]
    return value


def main() -> None:
    """Write the file."""
    with TemporaryDirectory() as folder:
        _publish(Path(folder))
        services = services_over(Path(folder))
        recorded = asyncio.run(record(services))
        services.snapshots.close()
        services.store.close()
    KEPT.write_text(json.dumps(recorded, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
