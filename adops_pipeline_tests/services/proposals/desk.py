"""A proposal service over the fake platform and a store of its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from adops_pipeline.domain.proposals.caps import Caps
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.operations.store import Store
from adops_pipeline.services.proposals.applying import Applier
from adops_pipeline.services.proposals.calls import PlatformCalls
from adops_pipeline.services.proposals.checks import Checks
from adops_pipeline.services.proposals.policy import Outlook, Policy
from adops_pipeline.services.proposals.service import ProposalService
from adops_pipeline_tests.services.proposals.fake_platform import ACCOUNT, TOOLS, FakePlatform

BRAND = "900"
RAISE = {"account_id": ACCOUNT, "campaign_id": BRAND, "daily_budget": "60"}
CUT = {"account_id": ACCOUNT, "campaign_id": BRAND, "daily_budget": "40"}
NEW = {"account_id": ACCOUNT, "name": "Spring", "daily_budget": "30"}
UPDATE, CREATE = "meta_update_campaign", "meta_create_campaign"
WAITS = Policy(Caps(), timedelta(hours=24), (), "EUR")


@dataclass(frozen=True)
class Desk:
    """One process' view: its service, and the platform that all share."""

    service: ProposalService
    platform: FakePlatform

    def raised(self, by: str = "kim") -> str:
        """Id of a new proposal that raises the budget of the campaign from 50 to 60."""
        return self.service.propose(UPDATE, RAISE, by=by, reason="spends all of it").id


def open_desk(
    folder: Path,
    policy: Policy = WAITS,
    *,
    store: Callable[[], Store] | None = None,
    platform: FakePlatform | None = None,
    rates: dict[str, Decimal] | None = None,
    advice: Mapping[str, Any] | None = None,
) -> Desk:
    """The service over the store and the platform in ``folder``; ``advice`` is what is published of every campaign."""
    fake = platform or FakePlatform(folder / "platform.json")
    known = {"EUR": Decimal(1)} if rates is None else rates
    opened = Store(f"sqlite:///{folder}/operations.db")
    checks = Checks(policy, Outlook(known.get, lambda _platform, campaign: {"campaign": campaign, **(advice or {})}))
    calls = PlatformCalls(TOOLS, lambda _: fake)  # type: ignore[arg-type, return-value]
    return Desk(ProposalService(Applier(store or (lambda: opened), fake.clock, calls, checks, folder / "turns")), fake)


def with_caps(**caps: object) -> Policy:
    """Everything waits; with these caps."""
    return replace(WAITS, caps=Caps(**caps))  # type: ignore[arg-type]


AUTOMATIC = replace(WAITS, automatic=(Platform.META_ADS,))


def budget_of(desk: Desk) -> object:
    """The daily budget that the platform has of the campaign Brand now."""
    found = desk.platform.get(BRAND)
    assert found is not None
    return found.daily_budget
