"""All tools: those of the platforms that have any, and those of the product itself."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from adops_pipeline.connectors.google_ads import tools as google_ads
from adops_pipeline.connectors.meta_ads import tools as meta_ads
from adops_pipeline.connectors.pinterest import tools as pinterest
from adops_pipeline.connectors.tools import Tool
from adops_pipeline.services.executions import Executions
from adops_pipeline.services.proposals.from_plan import PlanProposals
from adops_pipeline.services.tools.analytics import analytics_tools
from adops_pipeline.services.tools.data import data_tools
from adops_pipeline.services.tools.definitions import ToolDefinition
from adops_pipeline.services.tools.memory import Remembering, memory_tools
from adops_pipeline.services.tools.platform import Connect, reading_tools
from adops_pipeline.services.tools.proposals import Proposals, plan_tool, proposal_tools, writing_tools
from adops_pipeline.services.tools.workflows import workflow_tools
from adops_pipeline.warehouse.queries.snapshot_reader import SnapshotReader


@dataclass(frozen=True)
class Sources:
    """What the tools read and change."""

    connect: Connect
    snapshots: SnapshotReader
    snapshot_path: Path
    reporting_currency: str
    executions: Executions
    proposals: Proposals
    plan: Callable[[], PlanProposals]
    remembering: Remembering


def every_tool(sources: Sources) -> Iterator[ToolDefinition]:
    """The definitions of all tools."""
    yield from reading_tools(platform_tools().values(), sources.connect)
    yield from analytics_tools(sources.snapshots, sources.reporting_currency)
    yield from data_tools(sources.snapshot_path)
    yield from workflow_tools(sources.executions)
    yield from writing_tools(platform_tools().values(), sources.proposals)
    yield from proposal_tools(sources.proposals)
    yield plan_tool(sources.proposals, sources.plan)
    yield from memory_tools(sources.remembering)


@cache
def platform_tools() -> Mapping[str, Tool[Any, Any]]:
    """The tools of all platforms by name."""
    tools: tuple[Tool[Any, Any], ...] = (*google_ads.TOOLS, *meta_ads.TOOLS, *pinterest.TOOLS)
    return MappingProxyType({tool.name: tool for tool in tools})
