"""The headline of each analysis for a run's summary: one sentence with its figures. Read-only."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import duckdb

from adops_pipeline.warehouse.queries.scope import KnownDays
from adops_pipeline.warehouse.sql import statement

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Headline:
    """One sentence about an analysis; ``figures`` are the rows it was made from, for programs."""

    concept: str
    sentence: str
    figures: tuple[Row, ...] = field(default=())


def headlines(con: duckdb.DuckDBPyConnection) -> list[Headline]:
    """One headline for each analysis, also for one without results."""
    found = []
    for concept, say in _SENTENCES.items():
        rows = _rows(con, f"headline_{concept}", {"known_since": KnownDays(con).since} if concept == "results" else {})
        found.append(Headline(concept, say(rows), tuple(rows)))
    return found


def _rows(con: duckdb.DuckDBPyConnection, name: str, values: Mapping[str, object]) -> list[Row]:
    answer = con.execute(statement(name), values)
    names = [str(column[0]) for column in answer.description or ()]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def _todo(rows: list[Row]) -> str:
    row = rows[0]
    if not row["actions"]:
        return "nothing asks for an action today"
    actions = "1 action" if row["actions"] == 1 else f"{row['actions']} actions"
    accounts = "1 account" if row["accounts"] == 1 else f"{row['accounts']} accounts"
    return f"{actions} in {accounts}, {_severities(rows)}; first: {row['first']} All of them: adops todo"


def _results(rows: list[Row]) -> str:
    """Each currency's week against the one before, where that is known; conversions to come are nowcast in both."""
    if not rows:
        return "no complete day yet"
    against = "" if rows[0]["first_before"] is None else " against {first_before} to {last_before}"
    days = ("{first_day} to {last_day}" + against + ": ").format(**rows[0])
    known = [_ratio(row["conversions_known"], row["conversions"]) for row in rows]
    least = min((share for share in known if share is not None), default=1.0)
    words = "are assumed to be known" if any(row["is_assumed"] for row in rows) else "are known"
    share = "" if least >= _SETTLED else f"; at least {_pct(least)} of the conversions {words}, the rest is nowcast"
    return days + "; ".join(map(_week, rows)) + share


def _week(row: Row) -> str:
    before = _ratio(row["revenue_before"], row["spend_before"])
    roas = _ratio(row["revenue"], row["spend"])
    words = [
        f"{row['currency']} {_amount(row['spend'])} spent{_change(row['spend'], row['spend_before'])}",
        f"{_amount(row['conversions'])} conversions{_change(row['conversions'], row['conversions_before'])}",
    ]
    return ", ".join(words if roas is None else [*words, f"ROAS {roas:.2f}{_change(roas, before)}"])


def _change(now: object, before: object) -> str:
    ratio = _ratio(now, before)
    return "" if ratio is None else f" ({100 * (ratio - 1):+z.0f} %)"


def _ratio(part: object, whole: object) -> float | None:
    is_known = isinstance(part, float) and isinstance(whole, float) and whole > 0
    return float(str(part)) / float(str(whole)) if is_known else None


def _pacing(rows: list[Row]) -> str:
    if not rows:
        return "no budget to pace yet"
    counts = ", ".join(f"{row['budgets']} {row['verdict'] or 'not judged'}" for row in rows)
    worst = next((row["worst"] for row in rows if row["worst"] is not None), None)
    return f"{counts}; {_severities(rows)}" + (f"; most severe: {worst}" if worst else "")


def _severities(rows: list[Row]) -> str:
    """``7 critical, 12 warning`` over all rows."""
    return ", ".join(f"{sum(_count(row[name]) for row in rows)} {name}" for name in ("critical", "warning"))


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0


def _maturity(rows: list[Row]) -> str:
    parts = [
        f"{r['platform']} {_pct(r['first'])} after a day"
        f" ({r['basis']}, {_pct(r['first_low'])} to {_pct(r['first_high'])}), 98 % after {r['mature_after']} days"
        for r in rows
    ]
    return "conversions known: " + "; ".join(parts) if parts else "not learned yet"


def _benchmarks(rows: list[Row]) -> str:
    if not rows:
        return "nothing to compare yet"
    parts = [f"{_ends(row)}: {row['worse']} worse, {row['better']} better of {row['judged']}" for row in rows]
    worst = next((row["worst"] for row in rows if row["worst"] is not None), None)
    return "; ".join([*parts, _severities(rows)]) + (f"; most severe: {worst}" if worst else "")


def _ends(row: Row) -> str:
    """``week to 2026-11-27, by conversions to 2026-11-12``."""
    first, last = row["first_end"], row["last_end"]
    return f"{row['period']} to {last}" + (f", by conversions to {first}" if first != last else "")


def _anomalies(rows: list[Row]) -> str:
    row = rows[0]
    days = "in the last four weeks" if row["first_day"] is None else f"from {row['first_day']} to {row['last_day']}"
    if not row["found"]:
        return f"none {days}"
    return f"{row['found']} {days}, {_severities(rows)}; newest: {row['newest']}"


def _forecasts(rows: list[Row]) -> str:
    parts = [f"{row['currency']} {_amount(row['total'])} ({_pct(row['share'])} spent)" for row in rows]
    if not rows:
        return "nothing to forecast yet"
    since = max((str(row["known_since"]) for row in rows if row["known_since"] is not None), default=None)
    days = f"by {rows[0]['period_end']}" if since is None else f"from {since} to {rows[0]['period_end']}"
    return f"spend {days}: " + ", ".join(parts)


def _allocation(rows: list[Row]) -> str:
    return "; ".join(_plan(row) for row in rows) if rows else "no running campaign to plan for"


def _experiments(rows: list[Row]) -> str:
    if not rows:
        return "no test is declared"
    counts = ", ".join(f"{row['tests']} {row['status']}" for row in rows)
    newest = next((row["newest"] for row in rows if row["newest"] is not None), None)
    return counts + (f"; newest: {newest}" if newest else "")


def _plan(row: Row) -> str:
    currency = row["currency"]
    if not row["moved"]:
        return f"{currency}: leave the {row['campaigns']} budgets as they are"
    move = f"{currency}: move {_amount(row['money'])} a day between {row['moved']} of {row['campaigns']}"
    if row["gain"] is None:
        return move
    low, gain, high = (_amount(row[name], sign=True) for name in ("low", "gain", "high"))
    return f"{move}, revenue {gain} a day ({low} to {high})"


def _pct(share: object) -> str:
    return f"{100 * share:.0f} %" if isinstance(share, float) else "–"


def _amount(value: object, *, sign: bool = False) -> str:
    number = float(value) if isinstance(value, (int, float)) else 0.0
    return f"{number:+,.0f}" if sign else f"{number:,.0f}"


_SETTLED = 0.98
"""Share of conversions from which on nothing is said about those to come."""
_SENTENCES: dict[str, Callable[[list[Row]], str]] = {
    "todo": _todo,
    "results": _results,
    "pacing": _pacing,
    "forecasts": _forecasts,
    "anomalies": _anomalies,
    "benchmarks": _benchmarks,
    "allocation": _allocation,
    "experiments": _experiments,
    "maturity": _maturity,
}
