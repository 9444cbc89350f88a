"""Scores of forecasts beside their peers': the bootstrap of their intervals, and how they are printed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from adops_pipeline.domain.experiments.arrays import Floats

_TOLERANCE, _COVERAGE = 1.05, (75.0, 85.0)
_REDRAWN, _ENDS = 2000, (5.0, 95.0)

Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class PeerScore:
    """One method in one cell: error and coverage, and both with the 90 % interval of a bootstrap.

    ``ratio`` is the error over that of the cell's better peer, picked after the fact.
    """

    world: str
    metric: str
    horizon: str
    method: str
    cases: int
    wape: float
    ratio: float
    ratio_range: Range
    coverage_pct: float
    coverage_range: Range

    @property
    def cell(self) -> tuple[str, str, str]:
        """World, metric and horizon."""
        return self.world, self.metric, self.horizon

    @property
    def is_worse(self) -> bool:
        """Whether its error can be told to be above the tolerance."""
        return self.ratio_range[0] > _TOLERANCE

    @property
    def is_off(self) -> bool:
        """Whether its coverage can be told to lie outside of what it should."""
        return self.coverage_range[1] < _COVERAGE[0] or self.coverage_range[0] > _COVERAGE[1]


def redrawn(clusters: Sequence[tuple[int, str]]) -> Floats:
    """How often each case counts in each of the bootstrap's samples: samples x cases.

    ``clusters`` are seed and series of each case. As many seeds are drawn as there are, and of each that is drawn as
    many series as it has.
    """
    rng = np.random.default_rng(1)
    names = list(dict.fromkeys(clusters))
    place = {name: n for n, name in enumerate(names)}
    of_seed = np.array([seed for seed, _ in names])
    seeds = np.unique(of_seed)
    drawn = rng.multinomial(len(seeds), np.full(len(seeds), 1 / len(seeds)), size=_REDRAWN)
    weight = np.zeros((_REDRAWN, len(names)))
    for n, seed in enumerate(seeds):
        own = np.flatnonzero(of_seed == seed)
        weight[:, own] = rng.multinomial(len(own) * drawn[:, n], np.full(len(own), 1 / len(own)))
    return weight[:, [place[cluster] for cluster in clusters]]


def range_of(values: Floats) -> Range:
    """The 90 % interval of a bootstrap's ``values``."""
    low, high = np.nanpercentile(values, _ENDS)
    return float(low), float(high)


def printed(rows: Sequence[PeerScore]) -> str:
    """A line per cell: ratio to the better peer and coverage with intervals, then every method's WAPE and coverage.

    "!" where ours is more than 5 % worse, "c" where its intervals hold too little or too much; in brackets where that
    cannot be told from chance.
    """
    methods = dict.fromkeys(row.method for row in rows)
    lines = [f"{'':<48}{'n':>5}{'over the better peer':>22}{'held, %':>20}     " + "".join(f"{m:>17}" for m in methods)]
    for cell in dict.fromkeys(row.cell for row in rows):
        group = [row for row in rows if row.cell == cell]
        own = group[0]
        low, high = own.ratio_range
        ratio = f"{own.ratio:.2f} ({low:.2f} – {high:.2f})"
        held = f"{own.coverage_pct:.0f} ({own.coverage_range[0]:.0f} – {own.coverage_range[1]:.0f})"
        is_out = not _COVERAGE[0] <= own.coverage_pct <= _COVERAGE[1]
        marks = _mark("!", own.is_worse, own.ratio > _TOLERANCE) + _mark("c", own.is_off, is_out)
        cells = "".join(f"{f'{row.wape:.3f} {row.coverage_pct:3.0f} %':>17}" for row in group)
        lines.append(f"{', '.join(cell):<48}{own.cases:>5}{ratio:>22}{held:>20} {marks:<6}{cells}")
    return "\n".join(lines)


def _mark(letter: str, is_sure: bool, is_so: bool) -> str:
    return letter if is_sure else f"({letter})" if is_so else ""


def by_method(rows: Sequence[PeerScore]) -> str:
    """A line per method: in how many cells it is near the better peer, and in how many its intervals are right.

    The better peer is picked after the fact, cell by cell: neither peer could have been it everywhere.
    """
    lines = []
    for method in dict.fromkeys(row.method for row in rows):
        own = [row for row in rows if row.method == method]
        mean = float(np.exp(np.log([max(row.ratio, 1e-9) for row in own]).mean()))
        within, worse = sum(row.ratio <= _TOLERANCE for row in own), sum(row.is_worse for row in own)
        right = sum(_COVERAGE[0] <= row.coverage_pct <= _COVERAGE[1] for row in own)
        off = sum(row.is_off for row in own)
        lines.append(
            f"{method:<16}of {len(own)} cells: error within 5 % of the better peer's in {within}, surely not in "
            f"{worse}, geometric mean {mean:.3f}; coverage 75 – 85 % in {right}, surely not in {off}"
        )
    return "\n".join(lines)
