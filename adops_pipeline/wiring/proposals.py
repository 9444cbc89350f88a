"""Proposals of changes on the platforms."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.wiring.access import AccessServices

if TYPE_CHECKING:
    from adops_pipeline.connectors.base import Connector
    from adops_pipeline.services.proposals.from_plan import PlanProposals
    from adops_pipeline.services.proposals.policy import Policy
    from adops_pipeline.services.proposals.published import Published
    from adops_pipeline.services.proposals.service import ProposalService


class ProposalServices(AccessServices):
    """Proposals of changes on the platforms."""

    @cached_property
    def proposals(self) -> ProposalService:
        """Proposals: made, decided, applied, undone. The first use in a process recovers from a crash before."""
        from adops_pipeline.connectors.tools import WriteTool
        from adops_pipeline.services.proposals.applying import Applier
        from adops_pipeline.services.proposals.calls import PlatformCalls
        from adops_pipeline.services.proposals.checks import Checks
        from adops_pipeline.services.proposals.service import ProposalService
        from adops_pipeline.services.tools.catalogue import platform_tools

        writing = {name: tool for name, tool in platform_tools().items() if isinstance(tool, WriteTool)}
        calls = PlatformCalls(writing, self._connect_platform)
        checks = Checks(self._proposal_policy, self._published_advice.outlook())
        turns = self.settings.data_dir / "proposals"
        service = ProposalService(Applier(lambda: self.store, self.clock, calls, checks, turns))
        service.recover()
        return service

    def recover_proposals(self) -> None:
        """Find out what became of changes that a crash of any process interrupted, if there are any."""
        from adops_pipeline.services.proposals.recovery import needs_recovery

        if needs_recovery(self.store, self.clock()):
            self.proposals.recover()

    def _connect_platform(self, platform: Platform) -> Connector:
        return self._platform_connector(platform)

    @cached_property
    def _platform_connector(self) -> Callable[[Platform], Connector]:
        """Made at first use, for the emulated platforms take time."""
        from adops_pipeline.services.platforms import platform_connector

        return platform_connector(self.settings, self.clock)

    @cached_property
    def plan_proposals(self) -> PlanProposals:
        """Proposals from today's budget plan and pacing."""
        from adops_pipeline.services.proposals.from_plan import PlanProposals

        most = self.settings.allocation.max_step_change
        return PlanProposals(self.proposals, self._published_advice.budgets, most)

    @property
    def _proposal_policy(self) -> Policy:
        from adops_pipeline.domain.proposals.caps import Caps
        from adops_pipeline.services.proposals.policy import Policy

        own = self.settings.proposals
        caps = Caps(
            own.max_change_per_step_pct, own.max_money_per_change, own.max_money_per_day, own.max_changes_per_day
        )
        applies = own.apply_automatically
        automatic = tuple(
            platform
            for platform in Platform
            if applies == "always" or (applies == "test" and self.settings.platforms[platform].mode == "test")
        )
        return Policy(caps, timedelta(hours=own.expires_after_hours), automatic, self.settings.reporting_currency)

    @cached_property
    def _published_advice(self) -> Published:
        from adops_pipeline.services.pipeline import RateSource
        from adops_pipeline.services.proposals.published import Published

        own = self.settings
        rates = RateSource(own.fx_csv, own.reporting_currency, own.fx_max_age_days)
        return Published(self.snapshots, self.clock, rates)
