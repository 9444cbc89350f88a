"""budget-reallocation: what to set where, per currency, with totals kept. Rows of budget_recommendations in."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import polars as pl

from adops_pipeline.domain.figures import pct, plural
from adops_pipeline.domain.severity import Severity
from adops_pipeline.domain.tables.allocation import BUDGET_RECOMMENDATIONS
from adops_pipeline.domain.workflows.parameters import ReallocationParameters
from adops_pipeline.domain.workflows.results.allocation_plan import CurrencyPlan, Move, plan_currency
from adops_pipeline.domain.workflows.results.figures import money, moneys, rounded
from adops_pipeline.domain.workflows.results.result import (
    Check,
    Finding,
    ResultTable,
    Subject,
    Value,
    WorkflowResult,
    rank,
)
from adops_pipeline.domain.workflows.results.scope import Campaigns, Scope, conform, last_day, subject_of, within

WORKFLOW = "budget-reallocation"
_COLUMNS = BUDGET_RECOMMENDATIONS.polars_schema(without=("created_at",))
_FIRST = 1e6
"""Weight of a whole plan: it stands before its moves, whose weights are shares of money."""


def review_reallocation(
    recommendations: pl.DataFrame, parameters: ReallocationParameters, project: Campaigns | None = None
) -> WorkflowResult:
    """The newest plan by the requested method. ``recommendations`` has the columns of budget_recommendations.

    Where a recommended step exceeds the limit, all steps of its currency shrink alike, so that the total stays.
    """
    scope = Scope(parameters, project)
    rows = conform(recommendations, _COLUMNS, ("account_id", "campaign_name"))
    of_method = rows.filter(pl.col("method") == parameters.method)
    thing = f"budget recommendation by {parameters.method}"
    end = last_day(of_method, "as_of", parameters.as_of)
    if end is None or of_method.is_empty():
        return scope.nothing(WORKFLOW, thing, is_empty=True)
    lately = of_method.filter(within("as_of", end, parameters.lookback_days))
    plan_rows = lately.filter(pl.col("as_of") == pl.col("as_of").max())
    mine = scope.select(plan_rows)
    if parameters.currency is not None:
        mine = mine.filter(pl.col("currency") == parameters.currency)
    if mine.is_empty():
        within_days = f" in the {plural(parameters.lookback_days, 'day')} up to {end}"
        money_in = f" in {parameters.currency}" if parameters.currency else ""
        return scope.nothing(WORKFLOW, thing + money_in, is_empty=False, within=within_days)
    plans = [
        plan_currency(str(currency), part.to_dicts(), parameters.max_change_pct)
        for (currency,), part in mine.sort("currency", "platform", "campaign_id").group_by(
            "currency", maintain_order=True
        )
    ]
    planned = dict(plan_rows.group_by("currency").len().iter_rows())
    return _result(plans, planned, mine["as_of"].item(0), parameters, scope.unmatched(plan_rows))


def _result(
    plans: list[CurrencyPlan],
    planned: Mapping[str, int],
    day: date,
    parameters: ReallocationParameters,
    lines: list[str],
) -> WorkflowResult:
    found = [pair for plan in plans for pair in _findings(plan, parameters, planned[plan.currency])]
    budgets = sum(len(plan.moves) for plan in plans)
    moved = {plan.currency: plan.moved for plan in plans}
    changed = sum(move.before != move.after for plan in plans for move in plan.moves)
    what = f"moves {moneys(moved)} a day among {changed:,} of" if changed else "leaves everything as it is:"
    summary = f"The plan of {day} {what} {plural(budgets, 'budget')}{_expected(plans, planned)}."
    left = [*lines, *(line for plan in plans for line in _cautions(plan, planned[plan.currency], parameters))]
    return WorkflowResult(
        WORKFLOW,
        summary,
        (Check("budgets", budgets, day),),
        tuple(rank(found)),
        ("Nothing was set on a platform: the plan is for a person to set.",),
        tuple(left),
        (_to_set(plans), _totals(plans)),
    )


def _findings(plan: CurrencyPlan, parameters: ReallocationParameters, planned: int) -> list[tuple[float, Finding]]:
    listed = [
        move
        for move in plan.moves
        if move.before != move.after and abs(move.change_pct) >= parameters.thresholds.change_pct
    ]
    found = [(_share(move, plan), _move_finding(move, plan)) for move in listed]
    gain = _gain(plan, planned)
    if plan.moved and gain is not None:
        figures: dict[str, Value] = {
            "currency": plan.currency,
            "moved_daily": plan.moved,
            "expected_revenue_change": gain[0],
        }
        sentence = f"{plan.currency}: {money(plan.moved, plan.currency)} a day moves; expected revenue {gain[1]}."
        found.append((_FIRST, Finding(Severity.INFO, Subject(), sentence, figures)))
    return found


def _share(move: Move, plan: CurrencyPlan) -> float:
    return float(abs(move.after - move.before) / plan.before) if plan.before else 0.0


def _move_finding(move: Move, plan: CurrencyPlan) -> Finding:
    row, currency = move.row, plan.currency
    numbers: dict[str, Value] = {
        "currency": currency,
        "current_daily": move.before,
        "suggested_daily": move.after,
        "change_pct": round(move.change_pct, 4),
        "marginal_roas": row["marginal_roas"],
        "credibility": row["credibility"],
    }
    if plan.is_scaled:
        verb = "Raise" if move.after > move.before else "Lower"
        sentence = (
            f"{verb} from {money(move.before, currency)} to {money(move.after, currency)} a day "
            f"({pct(move.change_pct)}), a part of the recommended step to {money(row['suggested_daily'], currency)}."
        )
    else:
        sentence = row["rationale"] or ""
        names = ("expected_revenue_change", "low", "high")
        numbers |= {name: row[name] for name in names}
    return Finding(Severity.INFO, subject_of(row), sentence, numbers)


def _gain(plan: CurrencyPlan, planned: int) -> tuple[float, str] | None:
    """Expected change in revenue a day: of the whole plan with its interval, of a part of it the sum of its rows.

    None where steps were shrunk, for the estimate is of the full ones, or where the method makes none.
    """
    rows = [move.row for move in plan.moves]
    if plan.is_scaled:
        return None
    first = rows[0]
    if len(rows) == planned and first["plan_revenue_change"] is not None:
        value, low, high = first["plan_revenue_change"], first["plan_low"], first["plan_high"]
        text = _signed(value, plan.currency)
        if low is None or high is None:
            return value, f"{text} a day"
        return value, f"{text} a day ({_signed(low, plan.currency)} to {_signed(high, plan.currency)})"
    known = [row["expected_revenue_change"] for row in rows if row["expected_revenue_change"] is not None]
    if len(known) < len(rows):
        return None
    return sum(known), f"{_signed(sum(known), plan.currency)} a day"


def _signed(value: float, currency: str) -> str:
    return money(Decimal(repr(value)), currency, signed=True)


def _expected(plans: list[CurrencyPlan], planned: Mapping[str, int]) -> str:
    gains = [gain[1] for plan in plans if plan.moved and (gain := _gain(plan, planned[plan.currency])) is not None]
    return f"; expected revenue {'; '.join(gains)}" if gains else ""


def _cautions(plan: CurrencyPlan, planned: int, parameters: ReallocationParameters) -> list[str]:
    lines = []
    difference = plan.after - plan.before
    if difference:
        amount = money(difference, plan.currency, signed=True)
        why = ": it is a part of a plan over more campaigns" if len(plan.moves) < planned else ""
        lines.append(f"The budgets in {plan.currency} change by {amount} a day together{why}.")
    if plan.is_scaled:
        most = pct(parameters.max_change_pct, signed=False)
        lines.append(
            f"Steps in {plan.currency} were shrunk to at most {most}; the expected revenue is known of full steps only "
            "and not given."
        )
    small = sum(0 < abs(move.change_pct) < parameters.thresholds.change_pct for move in plan.moves)
    if small:
        least, stand = pct(parameters.thresholds.change_pct, signed=False), "stands" if small == 1 else "stand"
        lines.append(f"{plural(small, 'move')} in {plan.currency} below {least} {stand} in the table only.")
    return lines


def _to_set(plans: list[CurrencyPlan]) -> ResultTable:
    columns = ("platform", "campaign_id", "campaign", "currency", "budget a day now", "to set", "change %")
    rows = [
        (
            move.row["platform"],
            move.row["campaign_id"],
            move.row["campaign_name"],
            plan.currency,
            rounded(move.before, plan.currency),
            rounded(move.after, plan.currency),
            round(move.change_pct, 2),
        )
        for plan in plans
        for move in plan.moves
        if move.before != move.after
    ]
    return ResultTable("Budgets to set", columns, tuple(rows))


def _totals(plans: list[CurrencyPlan]) -> ResultTable:
    rows: list[tuple[Value, ...]] = []
    for plan in plans:
        amounts = (rounded(amount, plan.currency) for amount in (plan.before, plan.after, plan.moved))
        rows.append((plan.currency, len(plan.moves), *amounts))
    return ResultTable("Totals a day", ("currency", "budgets", "now", "planned", "moved"), tuple(rows))
