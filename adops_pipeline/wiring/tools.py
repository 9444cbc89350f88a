"""Tools that people, programs and agents call."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from adops_pipeline.domain.access import Actor
from adops_pipeline.wiring.proposals import ProposalServices

if TYPE_CHECKING:
    from adops_pipeline.services.agents import Agents
    from adops_pipeline.services.tools.definitions import Caller
    from adops_pipeline.services.tools.toolbox import Toolbox


class ToolServices(ProposalServices):
    """Tools that people, programs and agents call."""

    @cached_property
    def tools(self) -> Toolbox:
        """Every tool by name."""
        from adops_pipeline.services.platforms import platform_connector
        from adops_pipeline.services.tools.catalogue import Sources, every_tool
        from adops_pipeline.services.tools.memory import Remembering
        from adops_pipeline.services.tools.toolbox import Toolbox

        sources = Sources(
            connect=platform_connector(self.settings, self.clock),
            snapshots=self.snapshots,
            snapshot_path=self.snapshot_path,
            reporting_currency=self.settings.reporting_currency,
            executions=self.executions,
            proposals=lambda: self.proposals,
            plan=lambda: self.plan_proposals,
            remembering=Remembering(lambda: self.memories, lambda: self.learnings, lambda: self.recommender),
        )
        return Toolbox(every_tool(sources), self._record_call)

    @cached_property
    def agents(self) -> Agents:
        """The agents of the roster."""
        from adops_pipeline.services.agents import Agents

        own = self.settings
        return Agents(
            self.snapshots, self.accounts.every, self.learnings, self.memories, lambda: self.proposals,
            self.executions, own.permission_sets, own.allocation.max_step_change, self.clock,
        )  # fmt: skip

    def _record_call(self, caller: Caller, tool: str, target: str | None) -> None:
        from adops_pipeline.services.audit import Change

        self.audit.record(Change(Actor(caller.name, caller.role), tool, target))
