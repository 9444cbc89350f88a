"""Playbooks: pure functions from facts to suggestions, in a fixed order. Each rests every suggestion on rows.

Which agent has which is in `roster`.
"""

from collections.abc import Callable, Iterator, Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from math import log, sqrt
from typing import Any

from adops_pipeline.domain.agents.actions import Change, ChangeKind, Evidence, Execution, Note, Row, Suggestion
from adops_pipeline.domain.agents.facts import Facts
from adops_pipeline.domain.agents.roster import Agent
from adops_pipeline.domain.agents.routing import Intent, tool_for
from adops_pipeline.domain.money import NO_MINOR_UNIT, format_money
from adops_pipeline.domain.permissions import PermissionSet
from adops_pipeline.domain.proposals.plan import PLAN_ACTIONS, budget_to_set
from adops_pipeline.domain.vocabulary import Platform

Playbook = Callable[[Facts], Iterator[Suggestion]]
_BID_CONVERSIONS = 20
_BID_APART = log(1.3)
_BID_ERRORS, _OVER_DISPERSION = 2.0, 2.0
"""A cost per conversion is clearly another from 30 % and two standard errors on; conversions vary twice as much as by
chance alone (Poisson)."""
_BID_STEP = Decimal("0.1")
_IDLE_FACTOR = 5
"""So many times the cost of a conversion in its account a campaign spent without one: by chance (Poisson) less than one
campaign in 100 does that which converts at the account's rate."""


def follow_plan(facts: Facts) -> Iterator[Suggestion]:
    """Set the daily budgets that the budget plan of today asks for."""
    return _budgets(facts, lambda action: action in PLAN_ACTIONS, "budget_recommendations")


def keep_pace(facts: Facts) -> Iterator[Suggestion]:
    """Set the daily budgets that pacing of today asks for."""
    return _budgets(facts, lambda action: action not in PLAN_ACTIONS, "analytics_budgets")


def _budgets(facts: Facts, is_wanted: Callable[[str], bool], table: str) -> Iterator[Suggestion]:
    for row in facts.advised:
        if not is_wanted(row["action"]):
            continue
        amount = budget_to_set(row, facts.max_step_change)
        if isinstance(amount, str):
            continue
        kind: ChangeKind = "raise_budget" if amount > row["daily_budget"] else "cut_budget"
        shared = row["sharing_campaign"]
        arguments = {"campaign_id": shared or row["campaign_id"], "daily_budget": f"{amount:f}"}
        if shared is not None:
            arguments["change_shared_budget"] = True
        yield _change(facts, row, kind, "set_budget", arguments, row["instruction"], table)


def pause_idle(facts: Facts) -> Iterator[Suggestion]:
    """Pause campaigns that spent several conversions' worth without a single one, while their account converts."""
    for row in facts.idle:
        if row["spend"] < _IDLE_FACTOR * row["account_cpa"]:
            continue
        spent, usual = (format_money(row[name], row["currency"]) for name in ("spend", "account_cpa"))
        reason = (
            f"{row['campaign_name']} spent {spent} from {row['first_day']} to {row['last_day']} without a conversion; "
            f"its account pays {usual} for one"
        )
        arguments = {"campaign_id": row["campaign_id"], "status": "paused"}
        yield _change(facts, row, "pause", "set_status", arguments, reason, "analytics_metrics")


def adjust_bids(facts: Facts) -> Iterator[Suggestion]:
    """Lower bids of ad groups whose conversions are clearly dearer than their account's, raise those of cheap ones.

    Not raised where the budget is what limits the campaign: it would buy the same clicks at a higher price.
    """
    for row in facts.bids:
        if row["conversions"] < _BID_CONVERSIONS:
            continue
        cpa = row["spend"] / row["conversions"]
        apart = log(cpa / row["account_cpa"])
        if abs(apart) < max(_BID_APART, _BID_ERRORS * sqrt(_OVER_DISPERSION / row["conversions"])):
            continue
        if apart < 0 and row["is_limited"]:
            continue
        kind: ChangeKind = "bid_down" if apart > 0 else "bid_up"
        bid = _next_bid(row, facts.max_step_change, is_up=kind == "bid_up")
        if bid == row["bid"] or bid <= 0:
            continue
        now, then, own, usual = (
            format_money(amount, row["currency"]) for amount in (row["bid"], bid, cpa, row["account_cpa"])
        )
        reason = (
            f"{row['ad_group_name']} of {row['campaign_name']} paid {own} for each of {row['conversions']:.0f} "
            f"conversions from {row['first_day']} to {row['last_day']}, its account pays {usual}: "
            f"bid {then} instead of {now}"
        )
        id_name = "adset_id" if row["platform"] == Platform.META_ADS else "ad_group_id"
        arguments = {id_name: row["ad_group_id"], "bid": f"{bid:f}"}
        yield _change(facts, row, kind, "set_bid", arguments, reason, "analytics_ad_group_metrics")


def _next_bid(row: Row, max_step_change: float | None, *, is_up: bool) -> Decimal:
    """A tenth up or down, or the allowed step if that is less, in units that the currency has."""
    step = _BID_STEP if max_step_change is None else min(_BID_STEP, Decimal(repr(max_step_change)))
    unit = Decimal(1) if row["currency"] in NO_MINOR_UNIT else Decimal("0.01")
    moved: Decimal = row["bid"] * (1 + step if is_up else 1 - step)
    return moved.quantize(unit, ROUND_FLOOR if is_up else ROUND_CEILING)


def _change(
    facts: Facts, row: Row, kind: ChangeKind, intent: Intent, arguments: Mapping[str, Any], reason: str, table: str
) -> Change:
    tool = tool_for(intent, row["platform"])
    learnt, against = facts.learnt(row["platform"], kind, row["objective"])
    key = {"platform": str(row["platform"]), "campaign_id": str(row["campaign_id"])}
    if row.get("as_of") is not None:
        key["as_of"] = row["as_of"].isoformat()
    return Change(
        kind, Platform(row["platform"]), row["account_id"], row["campaign_id"], tool,
        {"account_id": row["account_id"], **arguments}, reason, (Evidence(table, key, reason), *learnt), against,
        row["objective"],
    )  # fmt: skip


def plan_budget_tests(facts: Facts) -> Iterator[Suggestion]:
    """Name campaigns whose response to spend is not known, because their spend never varied of itself."""
    for row in facts.untested:
        finding = (
            f"the response of {row['campaign_name']} to spend is not known ({row['identification']}); "
            f"plan a budget test: adops budget-test {row['platform']}:{row['campaign_id']}"
        )
        yield _note(row, finding, "budget_recommendations")


def suggest_tests(facts: Facts) -> Iterator[Suggestion]:
    """Name campaigns without a running test whose click rate is below that of three quarters of their peers."""
    tested = {(row["platform"], row["campaign_id"]) for row in facts.running_tests}
    for row in facts.weak:
        if (row["platform"], row["campaign_id"]) in tested:
            continue
        finding = (
            f"{row['campaign_name']} is clicked in {row['value']:.2%} of impressions, three quarters of its peers in "
            f"more than {row['peer_p25']:.2%}: test a new creative against the present one"
        )
        yield _note(row, finding, "analytics_benchmarks")


def check_data(facts: Facts) -> Iterator[Suggestion]:
    """Name problems of the data, and have the platforms concerned pulled again."""
    stale = sorted({str(row["platform"]) for row in facts.problems if row["can_be_pulled"]})
    for row in facts.problems:
        yield _note(row, row["finding"], row["table"])
    if stale:
        yield Execution("sync-platforms", {"platforms": stale}, f"accounts of {', '.join(stale)} have no fresh data")


def look_for_anomalies(_: Facts) -> Iterator[Suggestion]:
    """Run the scan for anomalies and the evaluation of tests."""
    yield Execution("anomaly-scan", {}, "the days since the last scan")
    yield Execution("ab-test-evaluation", {}, "tests that may have a winner")


def report_channels(_: Facts) -> Iterator[Suggestion]:
    """Run the report across the platforms."""
    yield Execution("cross-channel-report", {}, "the report for the account")


def _note(row: Row, finding: str, table: str) -> Note:
    campaign = row.get("campaign_id")
    platform = Platform(row["platform"])
    key = {"platform": platform.value, "campaign_id" if campaign else "account_id": str(campaign or row["account_id"])}
    subject = f"{platform.value}:{campaign or row['account_id']}"
    return Note(subject, finding, platform, campaign, (Evidence(table, key, finding),))


BY_NAME: Mapping[str, Playbook] = {
    playbook.__name__: playbook
    for playbook in (
        follow_plan, keep_pace, pause_idle, adjust_bids, plan_budget_tests, suggest_tests, check_data,
        look_for_anomalies, report_channels,
    )
}  # fmt: skip
"""The playbooks by the names in the roster."""


def suggest(agent: Agent, facts: Facts, permissions: PermissionSet) -> list[Suggestion]:
    """What the agent suggests now: within its platforms and permissions, one change for each campaign."""
    found: list[Suggestion] = []
    changed: set[tuple[str, str]] = set()
    for name in agent.playbooks:
        for one in BY_NAME[name](facts):
            if isinstance(one, Change | Note) and one.platform is not None and one.platform not in agent.platforms:
                continue
            if isinstance(one, Change):
                subject = (one.platform, one.campaign_id)
                if subject in changed or permissions.allows(one.tool, one.platform, one.account_id):
                    continue
                changed.add(subject)
            found.append(one)
    return found
