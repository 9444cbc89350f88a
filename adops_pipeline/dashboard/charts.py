"""The data of a chart: series with bands, shaded ranges and marks, the table behind it and its SQL. No drawing here.

`templates/parts/chart.html` shows a chart, `assets/js/chart.js` draws it. A chart arranges the figures of the API's
answers and computes none but running sums.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal

Kind = Literal["lines", "areas", "bars", "doughnut"]
"""``areas`` and ``bars`` are stacked where a chart has several series."""
Scale = Literal["money", "count", "ratio", "percent"]
"""``percent``: 0.05 is shown as 5 %."""
Numbers = Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Unit:
    """How numbers are written: ``currency`` is the code of an amount, ``digits`` the decimals of a ratio or percent."""

    scale: Scale
    currency: str | None = None
    digits: int = 2


@dataclass(frozen=True, slots=True)
class Band:
    """The interval around a series, in the order of its values; drawn in the colour of the series."""

    name: str
    low: Numbers
    high: Numbers


@dataclass(frozen=True, slots=True)
class Series:
    """Values by the places of the chart. ``colour`` is a CSS variable without its dashes, such as ``platform-meta``."""

    name: str
    values: Numbers
    colour: str = "chart-1"
    band: Band | None = None
    is_dashed: bool = False


@dataclass(frozen=True, slots=True)
class Shade:
    """A range of places that is shaded, such as days that are not mature."""

    first: str | float
    last: str | float
    label: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A vertical line at a place (``at``) or a horizontal one at a value (``level``), with its label."""

    label: str
    at: str | float | None = None
    level: float | None = None
    colour: str = "ink-3"


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart. ``places`` are days (ISO), numbers or names; each series has a value for each of them.

    ``summary`` says in a sentence what the chart shows: it is its accessible name. ``sql`` reads the same figures.
    ``place_colours`` colour parts of a doughnut, and bars, by place. ``centre`` is written into a doughnut.
    """

    id: str
    kind: Kind
    title: str
    summary: str
    places: Sequence[str | float]
    place_name: str
    unit: Unit
    series: Sequence[Series]
    sql: str
    place_unit: Unit | None = None
    place_colours: Sequence[str] = ()
    shades: Sequence[Shade] = ()
    marks: Sequence[Mark] = ()
    centre: str | None = None
    is_horizontal: bool = False
    value_range: tuple[float, float] | None = None
    """Ends of the axis of values; None: as far as the values reach."""
    note: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is no value to draw."""
        return all(value is None for one in self.series for value in one.values)

    @property
    def document(self) -> dict[str, Any]:
        """What chart.js draws."""
        drawn = asdict(self)
        for name in ("id", "sql", "note"):
            del drawn[name]
        return drawn | {"place_kind": self.place_kind}

    @property
    def place_kind(self) -> Literal["day", "number", "name"]:
        """What the places are."""
        first = next(iter(self.places), "")
        if not isinstance(first, str):
            return "number"
        return "day" if _is_day(first) else "name"

    @property
    def key(self) -> list[tuple[str, str, bool]]:
        """Name and colour of what needs a name beside the drawing, and whether it is dashed."""
        if self.place_colours:
            return [(str(place), colour, False) for place, colour in zip(self.places, self.place_colours, strict=True)]
        return [(one.name, one.colour, one.is_dashed) for one in self.series] if len(self.series) > 1 else []

    @property
    def headings(self) -> list[str]:
        """Names of the columns of the table behind the chart."""
        found = [self.place_name]
        for one in self.series:
            found += [one.name] if one.band is None else [one.name, f"{one.band.name}, low", f"{one.band.name}, high"]
        return found

    @property
    def rows(self) -> list[tuple[str | float, list[float | None]]]:
        """Rows of that table: the place and its values."""
        columns: list[Numbers] = []
        for one in self.series:
            columns += [one.values] if one.band is None else [one.values, one.band.low, one.band.high]
        return [(place, [column[at] for column in columns]) for at, place in enumerate(self.places)]


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Bullet:
    """A gauge of one sum against its goal: what is there, what should be there by now, and where it is likely to end.

    The page draws it as SVG; a place is in thousandths of its width.
    """

    value: float | None
    goal: float | None
    even: float | None
    """Expected by now at an even pace."""
    seasonal: float | None
    """Expected by now with the usual weekday weights."""
    projected: float | None
    low: float | None
    high: float | None

    @property
    def is_drawn(self) -> bool:
        """Whether there is something to draw: a sum and something to compare it with."""
        return self.value is not None and any(part is not None for part in (self.goal, self.seasonal, self.projected))

    def place(self, amount: float | None) -> float:
        """Where an amount lies on the gauge."""
        ends = (self.value, self.goal, self.even, self.seasonal, self.projected, self.high)
        most = max((end for end in ends if end is not None), default=0.0)
        return round(_INSIDE * (amount or 0.0) / most, 1) if most > 0 else 0.0


_INSIDE = 985.0
"""The largest amount lies a little inside of the gauge, so that its mark is seen."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A relative change with its interval beside no change; ``reach`` is the change at both ends of the drawing."""

    value: float
    low: float
    high: float
    reach: float

    def place(self, change: float) -> float:
        """Where a change lies, in thousandths of the width; what is beyond the ends lies on them."""
        return round(500.0 + 490.0 * max(-1.0, min(1.0, change / self.reach)), 1)
