"""What was changed about campaigns, from proposals that were applied and from the platforms' own logs. Pure.

One change is listed once: what a proposal applied also appears in the platform's log and is left out there.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from adops_pipeline.domain.tables.outcomes import Action, OutcomeSource
from adops_pipeline.domain.vocabulary import CampaignStatus

_APPLIED = ("applied", "undoing", "undone")
SWITCHES: frozenset[Action] = frozenset({"pause", "activate", "create"})
"""Changes by which a campaign begins or ends to run: what they did shows in its account."""
_BUDGETS = ("daily_budget", "lifetime_budget")
_SAME_DAYS = 1
"""A log's day and a proposal's may differ by this: the log is in the account's time, found by pulls a day later."""
_SEASONS = ("winter", "spring", "summer", "autumn")


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one campaign. ``campaign_id`` is the platform's id; ``changed_on`` the account's own day."""

    id: str
    platform: str
    account_id: str
    campaign_id: str
    action: Action
    changed_on: date
    applied_at: datetime
    source: OutcomeSource = "platform-log"
    proposal_id: str | None = None
    agent_id: str | None = None
    condition: str | None = None

    @property
    def campaign(self) -> tuple[str, str]:
        """Platform and id of the campaign."""
        return self.platform, self.campaign_id

    @property
    def circumstance(self) -> str:
        """The condition that its proposal states, else the season (of the northern hemisphere)."""
        return self.condition or _SEASONS[self.changed_on.month % 12 // 3]


def with_shared_budgets(log: pl.DataFrame, campaigns: pl.DataFrame) -> pl.DataFrame:
    """``log`` with a change of a shared budget as a change of each campaign that spends from it."""
    sharing = campaigns.filter(pl.col("shared_budget_id").is_not_null()).select(
        "platform", pl.col("shared_budget_id").alias("campaign_id"), pl.col("external_id").alias("sharing")
    )
    named = log.join(sharing, on=["platform", "campaign_id"], how="left")
    return named.with_columns(campaign_id=pl.coalesce("sharing", "campaign_id")).drop("sharing")


def known_changes(
    log: pl.DataFrame, proposals: pl.DataFrame | None, zones: Mapping[tuple[str, str], str]
) -> list[Change]:
    """Changes of both sources, the oldest first.

    ``log`` is the table `campaign_changes`, ``proposals`` that of proposals; ``zones`` are the accounts' time zones.
    """
    applied = [] if proposals is None else _applied(proposals, zones)
    by_campaign: dict[tuple[str, str], list[Change]] = {}
    for change in applied:
        by_campaign.setdefault(change.campaign, []).append(change)
    logged = [
        change
        for change in _logged(log)
        if not any(_is_same(change, other) for other in by_campaign.get(change.campaign, ()))
    ]
    return sorted([*applied, *logged], key=lambda change: (change.changed_on, change.platform, change.id))


def _is_same(logged: Change, applied: Change) -> bool:
    return logged.action == applied.action and abs((logged.changed_on - applied.changed_on).days) <= _SAME_DAYS


def _logged(log: pl.DataFrame) -> list[Change]:
    columns = ("platform", "account_id", "campaign_id", "change_date", "changed_at", "field", "old_value", "new_value")
    found: dict[str, Change] = {}
    for platform, account, campaign, day, at, name, old, new in log.select(columns).sort("changed_at").iter_rows():
        action = _status_action(old, new) if name == "status" else _amount_action(name, old, new)
        if action is None:
            continue
        key = f"{platform}:{campaign}:{action}:{day}"
        found.setdefault(key, Change(key, platform, account, campaign, action, day, at))
    return list(found.values())


def _applied(proposals: pl.DataFrame, zones: Mapping[tuple[str, str], str]) -> list[Change]:
    found = []
    for row in proposals.filter(pl.col("status").is_in(_APPLIED)).iter_rows(named=True):
        action = _proposed_action(row)
        if action is None or row["applied_at"] is None or row["campaign_id"] is None:
            continue
        zone = zones.get((row["platform"], row["account_id"]), "UTC")
        local = row["applied_at"].replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(zone))
        campaign = row["campaign_id"].removeprefix(f"{row['platform']}:")
        found.append(
            Change(
                row["id"], row["platform"], row["account_id"], campaign, action, local.date(), row["applied_at"],
                "proposal", row["id"], row["agent_id"], _condition(row["evidence"]),
            )
        )  # fmt: skip
    return found


def _proposed_action(row: Mapping[str, Any]) -> Action | None:
    before, after = _object(row["before"]), _object(row["after"]) or _object(row["intended"])
    if before is None:  # what is made paused changes nothing until it is switched on
        return None if after is not None and after.get("status") == CampaignStatus.PAUSED else "create"
    if after is None:
        return "other"
    if before.get("status") != after.get("status"):
        return _status_action(before.get("status"), after.get("status")) or "other"
    for name in _BUDGETS:
        action = _amount_action(name, before.get(name), after.get(name))
        if action is not None:
            return action
    fields = (_fields(before), _fields(after))
    action = _amount_action("bid", fields[0].get("bid"), fields[1].get("bid"))
    return action or ("other" if fields[0] != fields[1] else None)


def _object(text: str | None) -> dict[str, Any] | None:
    found = json.loads(text) if text else None
    return found if isinstance(found, dict) else None


def _fields(given: Mapping[str, Any]) -> Mapping[str, Any]:
    found = given.get("fields")
    return found if isinstance(found, Mapping) else {}


def _condition(evidence: str | None) -> str | None:
    items = json.loads(evidence) if evidence else []
    stated: Iterable[Any] = (item.get("condition") for item in items if isinstance(item, Mapping))
    return next((str(one) for one in stated if one), None)


def _status_action(old: str | None, new: str | None) -> Action | None:
    if old == new:
        return None
    return "activate" if new == CampaignStatus.ACTIVE else "pause" if old == CampaignStatus.ACTIVE else None


def _amount_action(name: str, old: object, new: object) -> Action | None:
    before, after = _amount(old), _amount(new)
    if before is None or after is None or before == after:
        return None if before == after else "other"
    if name == "bid":
        return "bid_up" if after > before else "bid_down"
    return "raise_budget" if after > before else "cut_budget"


def _amount(value: object) -> Decimal | None:
    if value is None:
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def overlapping(changes: Sequence[Change], days: int) -> dict[str, list[Change]]:
    """Changes of the same campaign within ``days`` of each other, by the id of each that has any."""
    by_campaign: dict[tuple[str, str], list[Change]] = {}
    for change in changes:
        by_campaign.setdefault(change.campaign, []).append(change)
    found: dict[str, list[Change]] = {}
    for group in by_campaign.values():
        for one in group:
            near = [o for o in group if o is not one and abs((o.changed_on - one.changed_on).days) <= days]
            if near:
                found[one.id] = near
    return found
