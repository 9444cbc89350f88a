"""A measured score, the band it has to lie in, and the table of many. What is measured stands in `truth_*.py`."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Score:
    """One measured number and the band it has to lie in, both ends included; an open band says "for comparison".

    ``name`` says what is measured, ``case`` on what: scores of one name and band stand in one line of the table.
    """

    name: str
    value: float
    low: float = -math.inf
    high: float = math.inf
    unit: str = "%"
    case: str = ""

    @property
    def holds(self) -> bool:
        """Whether the number lies in its band; what could not be measured (NaN) does not."""
        return self.low <= self.value <= self.high

    @property
    def limit(self) -> str:
        """The band in words, empty where it is open."""
        low, high = number(self.low), number(self.high)
        if math.isinf(self.low):
            return "" if math.isinf(self.high) else f"≤ {high}"
        return f"≥ {low}" if math.isinf(self.high) else f"{low} to {high}"


def number(value: float) -> str:
    """Three digits that count, at least."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}" if abs(value) >= 100 else f"{value:.3g}"


def table(scores: Sequence[Score], *, by_case: bool = False) -> list[str]:
    """Lines of score, case, measured, limit and verdict; without ``by_case`` a line gives the range over all cases."""
    groups: dict[tuple[str, str, str], list[Score]] = {}
    for score in scores:
        groups.setdefault((score.name, score.unit, "" if by_case else score.limit), []).append(score)
    lines = []
    for (name, unit, _), cases in groups.items():
        parts: Iterable[list[Score]] = ([one] for one in cases) if by_case else [cases]
        for part in parts:
            cases_text = f"{len(part)} cases" if len(part) > 1 else part[0].case
            limit, verdict = part[0].limit, "ok" if all(one.holds for one in part) else "OUT"
            measured = f"{_measured(part):>15} {unit:<3} {limit:>9}  {verdict if limit else ''}"
            lines.append(f"{name:<64} {cases_text:<{36 if by_case else 8}} {measured}".rstrip())
    return lines


def _measured(part: Sequence[Score]) -> str:
    low, high = number(min(one.value for one in part)), number(max(one.value for one in part))
    return low if low == high else f"{low} – {high}"


def all_hold(scores: Iterable[Score]) -> bool:
    """Whether every score lies in its band."""
    return all(score.holds for score in scores)
