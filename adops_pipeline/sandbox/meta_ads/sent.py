"""Parameters of writing calls that several kinds of objects share: budget, flight, bid, status, parent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from adops_pipeline.domain.vocabulary import CampaignStatus, Platform
from adops_pipeline.sandbox.market import MarketAccount
from adops_pipeline.sandbox.meta_ads.errors import invalid, missing_object
from adops_pipeline.sandbox.meta_ads.library import Library
from adops_pipeline.sandbox.meta_ads.nodes import REMOVED, ZERO_DECIMAL_CURRENCIES, Graph, Node, graph_time
from adops_pipeline.sandbox.meta_ads.params import Params, moment, one_of, required, whole_number
from adops_pipeline.sandbox.written import MarketValues, Turn

Body = dict[str, Any]
Make = Callable[[Turn], str]
"""Writes a checked object; returns its id."""

BID_STRATEGIES = ("COST_CAP", "LOWEST_COST_WITHOUT_CAP", "LOWEST_COST_WITH_BID_CAP", "LOWEST_COST_WITH_MIN_ROAS")
UNIFIED_STATUS: Mapping[str, CampaignStatus] = {
    "ACTIVE": CampaignStatus.ACTIVE,
    "PAUSED": CampaignStatus.PAUSED,
    "DELETED": CampaignStatus.REMOVED,
    "ARCHIVED": CampaignStatus.REMOVED,
}
SMALLEST_BUDGET = 100
"""In minor units, as the account's ``min_daily_budget`` says."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What one writing call sent, to which account."""

    account: MarketAccount
    params: Params
    graph: Graph
    library: Library

    def status(self) -> str:
        """Status of a new object. Meta's default is ACTIVE."""
        return one_of(self.params, "status", ("ACTIVE", "PAUSED")) or "ACTIVE"

    def parent(self, key: str, kind: str) -> Node:
        """The campaign or ad set that a parameter names: one of this account that was not removed."""
        object_id = required(self.params, key)
        found = self.graph.find(object_id)
        if found is None or found[0] != self.account or found[1].kind != kind or found[1].status in REMOVED:
            raise missing_object(object_id, "POST")
        return found[1]

    def budget(self) -> tuple[str, Decimal] | None:
        """The budget that was sent: its parameter and the amount in currency units."""
        sent = [name for name in ("daily_budget", "lifetime_budget") if name in self.params]
        if len(sent) > 1:
            raise invalid("Two budgets", "You can set either a daily budget or a lifetime budget, not both.")
        if not sent:
            return None
        minor = whole_number(self.params, sent[0], 0)
        if minor < SMALLEST_BUDGET:
            raise invalid("Your budget is too low", f"The budget must be at least {SMALLEST_BUDGET} minor units.")
        offset = 1 if self.account.currency in ZERO_DECIMAL_CURRENCIES else 100
        return sent[0], Decimal(minor) / offset

    def flight(self, values: MarketValues, body: Body, end_name: str) -> None:
        """Set start and end where they were sent."""
        zone = ZoneInfo(self.account.timezone)
        start, end = moment(self.params, "start_time"), moment(self.params, end_name)
        if start is not None and end is not None and end <= start:
            raise invalid("Wrong dates", f"{end_name} must be after start_time.")
        if start is not None:
            values["start_date"] = start.astimezone(zone).date()
            body["start_time"] = graph_time(start, self.account.timezone)
        if end is not None:
            values["end_date"] = end.astimezone(zone).date()
            body[end_name] = graph_time(end, self.account.timezone)

    def writes(
        self, turn: Turn, kind: str, *, parent_id: str = "", market: MarketValues | None = None, body: Body
    ) -> str:
        """Keep a new object; returns its id."""
        return turn.create(
            Platform.META_ADS, self.account.account_id, kind, parent_id=parent_id, market=market, body=body
        )
