"""Writes the golden list of tools: `python -m adops_pipeline_tests.tools.golden`."""

import asyncio
import json
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mcp import Client
from mcp_types import Tool

from adops_pipeline.domain.access import LOCAL
from adops_pipeline.mcp_server.protocol import protocol_server
from adops_pipeline.services.tools.definitions import Caller
from adops_pipeline_tests.api.conftest import services_over

GOLDEN = Path(__file__).parent / "tools.json"


def summary(tools: Iterable[Tool]) -> list[dict[str, Any]]:
    """What the golden list says of each tool."""
    return [
        {
            "name": tool.name,
            "readOnly": tool.annotations.read_only_hint,
            "destructive": tool.annotations.destructive_hint,
            "idempotent": tool.annotations.idempotent_hint,
            "arguments": sorted(tool.input_schema.get("properties", {})),
        }
        for tool in tools
        if tool.annotations is not None
    ]


async def _write() -> None:
    with tempfile.TemporaryDirectory() as folder:
        services = services_over(Path(folder))
        async with Client(protocol_server(services.tools, lambda _: Caller(LOCAL.name, LOCAL.role))) as client:
            tools = (await client.list_tools()).tools
    lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in summary(tools))
    GOLDEN.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(_write())
