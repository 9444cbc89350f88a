"""Writes the transcript and the list of tools in docs/mcp.md: `python -m adops_pipeline_tests.tools.transcript`.

The official client starts `adops mcp` on a small published market and calls tools; what it sends and gets is written
down, with long answers cut.
"""

import asyncio
import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp_types import CallToolResult, TextContent, Tool

from adops_pipeline_tests.api.conftest import services_over
from adops_pipeline_tests.e2e.command import ADOPS, environment
from adops_pipeline_tests.integration import pipeline

DOCUMENT = Path(__file__).parents[2] / "docs" / "mcp.md"
ACCOUNT = "304756102938475"
_LONGEST_LINES = 24
_SETTINGS = {
    "ADOPS_GOOGLE_ADS__ACCOUNTS": "4403110926",
    "ADOPS_META_ADS__ACCOUNTS": ACCOUNT,
    "ADOPS_PINTEREST__ACCOUNTS": "549761220488",
    "ADOPS_PROPOSALS__APPLY_AUTOMATICALLY": "never",
}
_PROPOSED = ("id", "title", "status", "moneyPerDay", "moneyPerMonth", "currency", "objectId", "proposedBy", "decidedBy")


class Transcript:
    """Calls tools and writes down what was sent and answered."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.lines: list[str] = []

    async def call(self, tool: str, arguments: Mapping[str, Any], shown: Sequence[str] = ()) -> dict[str, Any]:
        """Call a tool; of its answer only the fields ``shown`` are written down where any are given."""
        answer = await self._client.call_tool(tool, dict(arguments))
        self.lines += [f"→ {tool} {json.dumps(arguments, ensure_ascii=False)}", *_answered(answer, shown), ""]
        return answer.structured_content or {}


def _answered(answer: CallToolResult, shown: Sequence[str]) -> list[str]:
    if answer.is_error:
        (content,) = answer.content
        assert isinstance(content, TextContent)
        return [f"← error {content.text}"]
    document = answer.structured_content or {}
    kept = {name: document[name] for name in shown} if shown else document
    lines = json.dumps(kept, indent=1, ensure_ascii=False).split("\n")
    cut = ["   …"] if len(lines) > _LONGEST_LINES else []
    return [f"← {lines[0]}", *(f"  {line}" for line in lines[1:_LONGEST_LINES]), *cut]


async def conversation(client: Client) -> list[str]:
    """What the transcript shows."""
    log = Transcript(client)
    tools = (await client.list_tools()).tools
    log.lines += [f"→ tools/list: {len(tools)} tools", ""]
    fields = ["platform", "campaignId", "campaignName", "verdict", "pacingRatio", "recommendedDailyBudget", "currency"]
    known = next(tool for tool in tools if tool.name == "list_pacing").input_schema["properties"]["fields"]
    names = known["anyOf"][0]["items"]["enum"]
    await log.call("list_pacing", {"limit": 2, "fields": [name for name in fields if name in names]})
    await log.call("list_pacing", {"limitt": 2})
    await log.call(
        "query_snapshot", {"query": "SELECT platform, currency, sum(spend) FROM analytics_metrics GROUP BY ALL"}
    )
    await log.call("query_snapshot", {"query": "COPY campaigns TO '/tmp/campaigns.csv'"})
    new = {
        "account_id": ACCOUNT, "name": "Spring range", "objective": "OUTCOME_SALES", "special_ad_categories": [],
        "daily_budget": "5000", "reason": "The spring range starts next week; begin paused, with a small budget.",
    }  # fmt: skip
    made = await log.call("meta_create_campaign", new, _PROPOSED)
    decision = {"proposal_id": made["id"], "reason": "Agreed in the weekly meeting."}
    await log.call("approve_proposal", decision, _PROPOSED)
    listed = {"account_id": ACCOUNT, "fields": ["id", "name", "status"], "limit": 100}
    answer = await client.call_tool("meta_list_campaigns", listed)
    rows = [row for row in (answer.structured_content or {})["rows"] if row["name"] == new["name"]]
    log.lines += [f"→ meta_list_campaigns {json.dumps(listed)}", f"← … {json.dumps(rows[0])} …", ""]
    undo = {"proposal_id": made["id"], "reason": "The range is postponed."}
    await log.call("undo_proposal", undo, (*_PROPOSED, "reversalOf"))
    await log.call("get_proposal", {"proposal_id": made["id"]}, ("title", "status", "statusReason"))
    return log.lines


def table(tools: Sequence[Tool]) -> list[str]:
    """The list of tools in markdown."""
    lines = ["| Tool | Effect | What it does |", "| --- | --- | --- |"]
    for tool in tools:
        hints = tool.annotations
        assert hints is not None
        effect = "reads" if hints.read_only_hint else "changes" if hints.destructive_hint else "requests"
        text = " ".join((tool.description or "").split()).replace("|", "\\|").split(". ")[0].rstrip(".")
        lines.append(f"| `{tool.name}` | {effect} | {text} |")
    return lines


def replaced(document: str, part: str, lines: Sequence[str]) -> str:
    """The document with the part between its two marks replaced."""
    body = "\n".join(lines).strip()
    pattern = re.compile(rf"(<!-- {part} -->\n).*?(\n<!-- end of {part} -->)", re.DOTALL)
    return pattern.sub(lambda found: f"{found[1]}{body}{found[2]}", document)


async def _with_client(folder: Path) -> tuple[list[Tool], list[str]]:
    server = StdioServerParameters(command=ADOPS, args=["mcp"], env=environment(folder, **_SETTINGS))
    async with Client(server) as client:
        return (await client.list_tools()).tools, await conversation(client)


def _write() -> None:
    with tempfile.TemporaryDirectory() as name:
        services = services_over(Path(name))
        pipeline.run(services)
        services.store.close()
        tools, lines = asyncio.run(_with_client(Path(name)))
    document = DOCUMENT.read_text(encoding="utf-8")
    document = replaced(document, "transcript", ["```text", *"\n".join(lines).strip().split("\n"), "```"])
    DOCUMENT.write_text(replaced(document, "tools", table(tools)), encoding="utf-8")


if __name__ == "__main__":
    _write()
