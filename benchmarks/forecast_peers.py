"""Our forecasts beside those of outside peers: AutoETS and the seasonal naive method of statsforecast.

Run: python -m benchmarks.forecast_peers [--csv FILE …] [--worlds NAME …] [--peer PYTHON]

Sums over the next seven days and to the end of the month, from past days, each with what was known then: weighted
absolute percentage error (WAPE: sum of absolute errors over sum of outcomes) and coverage of the 80 % interval.
`--csv` adds a file with the columns date, series, value (benchmarks/forecast_worlds.py says how series are named).
Where two years are known, our forecasts are also made from what is known of a year, without a yearly season.
The peers run in an environment of their own, which is made on first use in `.venv-peers`.
"""

import argparse
import subprocess
import sys
import tempfile
import venv
from calendar import monthrange
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl

from adops_pipeline.domain.experiments.arrays import Floats
from adops_pipeline.domain.forecasting import METRICS, forecast_to
from adops_pipeline.domain.forecasting.yearly import LEAST_DAYS
from benchmarks.forecast_worlds import (
    MARKET,
    SEASONS,
    SYNTHETIC,
    YEARS_DAYS,
    YEARS_MARKET,
    from_csv,
    made_up,
    market,
    seasons,
)
from benchmarks.score import Score, all_hold

_HISTORY = 210
_ORIGINS, _ORIGIN_STEP = 5, 26
_ALONE, _YEARS = " (each alone)", " (two years)"
_WITHOUT_SEASON = "ours, no season"
_OWN = ("ours", _WITHOUT_SEASON)
_ENVIRONMENT = Path(__file__).parent.parent / ".venv-peers"
_PACKAGE = "statsforecast==2.1.1"
_WEEK = 7
_PEER_CASES = 30
"""Cases of a world and metric that the peers forecast too, evenly picked: AutoETS takes 0.3 s for one."""
_TOLERANCE, _COVERAGE = 1.05, (75.0, 85.0)


Answers = tuple[tuple[float, float, float], tuple[float, float, float]]


@dataclass(frozen=True, slots=True)
class Case:
    """One series at one origin: its history, the days to add up, their sums, and our answers (point, low, high).

    ``without`` are our answers without a yearly season, where one can be known.
    """

    world: str
    metric: str
    history: Floats
    spans: tuple[int, int]
    actual: tuple[float, float]
    ours: Answers
    without: Answers | None


@dataclass(frozen=True, slots=True)
class PeerScore:
    """One method on one metric of a world over one horizon."""

    world: str
    metric: str
    horizon: str
    method: str
    cases: int
    wape: float
    coverage_pct: float


def cases_of(world: str, daily: pl.DataFrame) -> Iterator[Case]:
    """Cases of the series that are running at each origin, the newest origin a month before the end."""
    last = daily["date"].max()
    assert isinstance(last, date)
    for n in range(_ORIGINS):
        origin = last - timedelta(days=31 + n * _ORIGIN_STEP)
        yield from _at(world, daily, origin)


def _at(world: str, daily: pl.DataFrame, origin: date) -> Iterator[Case]:
    month_end = origin.replace(day=monthrange(origin.year, origin.month)[1])
    spans = (_WEEK, max((month_end - origin).days, 1))
    first = origin - timedelta(days=_HISTORY - 1)
    days = pl.date_range(first, origin + timedelta(days=31), eager=True).alias("date")
    parts = daily.partition_by("campaign_id") if world.endswith(_ALONE) else [daily]
    for part in parts:
        known = part.filter(pl.col("date") <= origin)
        if known.is_empty():
            continue
        tomorrow = origin + timedelta(days=1)
        recent = known.filter(pl.col("date") > origin - timedelta(days=LEAST_DAYS - 1))
        answers, plain = (
            [forecast_to(rows, origin, tomorrow, origin + timedelta(days=span)) for span in spans]
            for rows in ((known, recent) if world.endswith(_YEARS) else (known, known.clear()))
        )
        running = answers[0].filter("is_running")["campaign_id"].unique().sort()
        for campaign in running:
            rows = days.to_frame().join(part.filter(campaign_id=campaign), on="date", how="left").sort("date")
            for metric in METRICS:
                values = rows[metric].to_numpy().astype(np.float64)
                history, future = values[:_HISTORY], np.nan_to_num(values[_HISTORY:])
                if not np.nansum(history) > 0:
                    continue
                begun = int(np.flatnonzero(np.nan_to_num(history) > 0)[0])
                history = np.concatenate((np.full(begun, np.nan), np.nan_to_num(history[begun:])))
                actual = (float(future[: spans[0]].sum()), float(future[: spans[1]].sum()))
                ours, without = (_answers(tables, campaign, metric) for tables in (answers, plain))
                assert ours
                yield Case(world, metric, history, spans, actual, ours, without)


def _answers(tables: Sequence[pl.DataFrame], campaign: str, metric: str) -> Answers | None:
    rows = [table.filter(campaign_id=campaign, metric=metric) for table in tables]
    if any(row.is_empty() for row in rows):
        return None
    week, month = (row.select("total", "total_low", "total_high").row(0) for row in rows)
    return week, month


def peers(cases: Sequence[Case], python: Path) -> dict[str, Floats]:
    """Answers of the peers, cases x horizons x (point, low, high)."""
    with tempfile.TemporaryDirectory() as folder:
        given, found = Path(folder) / "given.npz", Path(folder) / "found.npz"
        np.savez(given, histories=np.array([c.history for c in cases]), spans=np.array([c.spans for c in cases]))
        script = Path(__file__).with_name("statsforecast_peer.py")
        subprocess.run([python, script, given, found], check=True)
        with np.load(found) as answers:
            return {"AutoETS": answers["ets"], "seasonal naive": answers["naive"]}


def environment() -> Path:
    """The Python of the peers' environment, which is made if it is missing."""
    python = _ENVIRONMENT / "bin" / "python"
    if not python.exists():
        venv.create(_ENVIRONMENT, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", _PACKAGE], check=True)
    return python


def compared(cases: Sequence[Case]) -> list[int]:
    """Which cases the peers forecast, too."""
    found = []
    for _, who in _groups(cases):
        found += who[:: -(-len(who) // _PEER_CASES)]
    return sorted(found)


def _groups(cases: Sequence[Case]) -> Iterator[tuple[tuple[str, str], list[int]]]:
    groups: dict[tuple[str, str], list[int]] = {}
    for n, case in enumerate(cases):
        groups.setdefault((case.world, case.metric), []).append(n)
    yield from groups.items()


def judged(cases: Sequence[Case], who: Sequence[int], answers: dict[str, Floats]) -> list[PeerScore]:
    """Scores by world, metric and horizon: errors on the cases that all forecast, our coverage on all of them.

    Series are in units of their own last level, so that no large campaign and no currency decides.
    """
    level = np.array([max(float(np.nanmean(c.history[-28:])), 1e-9) for c in cases])
    ours = np.array([c.ours for c in cases]) / level[:, None, None]
    actual = np.array([c.actual for c in cases]) / level[:, None]
    place = {n: at for at, n in enumerate(who)}
    scores = []
    for (world, metric), all_of_it in _groups(cases):
        shared = [n for n in all_of_it if n in place]
        for at, horizon in enumerate(("7 days", "month end")):
            scores.append(PeerScore(
                world, metric, horizon, "ours", len(shared), _wape(ours[shared, at], actual[shared, at]),
                _held(ours[all_of_it, at], actual[all_of_it, at]),
            ))  # fmt: skip
            for method, answer in answers.items():
                found = answer[[place[n] for n in shared], at] / level[shared, None]
                true = actual[shared, at]
                scores.append(
                    PeerScore(world, metric, horizon, method, len(shared), _wape(found, true), _held(found, true))
                )
            plain = [n for n in all_of_it if cases[n].without]
            if plain:
                without = np.array([cases[n].without for n in plain])[:, at] / level[plain, None]
                both = [n in place for n in plain]
                scores.append(PeerScore(
                    world, metric, horizon, _WITHOUT_SEASON, len(shared),
                    _wape(without[both], actual[shared, at]), _held(without, actual[plain, at]),
                ))  # fmt: skip
    return scores


def _wape(found: Floats, true: Floats) -> float:
    return float(np.abs(found[:, 0] - true).sum() / max(true.sum(), 1e-9))


def _held(found: Floats, true: Floats) -> float:
    slack = 1e-6 * np.maximum(true, 1.0)
    return 100 * float(np.mean((true >= found[:, 1] - slack) & (true <= found[:, 2] + slack)))


def worlds(files: Sequence[Path] = ()) -> Iterator[tuple[str, Callable[[], pl.DataFrame]]]:
    """The worlds by name, each to be made: made-up ones, some with each series alone, the market's, and files."""
    for name in SYNTHETIC:
        yield name, partial(made_up, name)
    for name in ("AR(1) 0.6", "level shifts"):
        yield name + _ALONE, partial(_first_ones, name)
    for name in MARKET:
        yield f"market: {name or 'default'}", partial(market, name)
    for name in SEASONS:
        yield name + _YEARS, partial(seasons, name)
    for name in YEARS_MARKET:
        yield f"market: {name}{_YEARS}", partial(market, name, days=YEARS_DAYS)
    for path in files:
        yield path.name + _ALONE, partial(from_csv, path)


def _first_ones(name: str) -> pl.DataFrame:
    return made_up(name, seed=6).filter(pl.col("campaign_id") < "08")


def scores(rows: Sequence[PeerScore]) -> list[Score]:
    """Our error beside the best peer's, and our coverage, pooled over all cases of a metric and horizon of a world."""
    found = []
    for world, metric, horizon in dict.fromkeys((r.world, r.metric, r.horizon) for r in rows):
        group = [r for r in rows if (r.world, r.metric, r.horizon) == (world, metric, horizon)]
        own, others = group[0], [r for r in group if r.method not in _OWN]
        case = f"{world}, {metric}, {horizon}"
        ratio = own.wape / max(min(r.wape for r in others), 1e-9)
        found.append(Score("WAPE over the best peer's", ratio, high=_TOLERANCE, unit="x", case=case))
        found.append(Score("80 % interval held", own.coverage_pct, *_COVERAGE, case=case))
    return found


def printed(rows: Sequence[PeerScore]) -> str:
    """A line per world, metric and horizon: WAPE and coverage of every method; "!" where ours misses the goal."""
    lines = [f"{'':<44}{'n':>5}{'ours':>15}{'AutoETS':>15}{'seasonal naive':>16}{_WITHOUT_SEASON:>17}"]
    for world, metric, horizon in dict.fromkeys((r.world, r.metric, r.horizon) for r in rows):
        group = [r for r in rows if (r.world, r.metric, r.horizon) == (world, metric, horizon)]
        best = min(r.wape for r in group if r.method not in _OWN)
        cells = [f"{r.wape:.3f} {r.coverage_pct:5.1f} %" for r in group]
        misses = ("!" if group[0].wape > _TOLERANCE * best else " ") + (
            " " if _COVERAGE[0] <= group[0].coverage_pct <= _COVERAGE[1] else "c"
        )
        lines.append(
            f"{f'{world}, {metric}, {horizon}':<44}{group[0].cases:>5}" + "".join(f"{c:>15}" for c in cells) + misses
        )
    return "\n".join(lines)


def by_method(rows: Sequence[PeerScore]) -> str:
    """A line per method: how often it is within the tolerance of each cell's better peer, and its mean error over that.

    The better peer is picked after the fact, cell by cell: neither peer could have been it everywhere.
    """
    best: dict[tuple[str, str, str], float] = {}
    for row in rows:
        if row.method not in _OWN:
            cell = row.world, row.metric, row.horizon
            best[cell] = min(row.wape, best.get(cell, np.inf))
    lines = []
    for method in dict.fromkeys(row.method for row in rows):
        own = [row for row in rows if row.method == method]
        ratios = np.array([row.wape / max(best[row.world, row.metric, row.horizon], 1e-9) for row in own])
        mean = float(np.exp(np.log(np.maximum(ratios, 1e-9)).mean()))
        within = int((ratios <= _TOLERANCE).sum())
        lines.append(f"{method:<16}within 5 % of the better peer in {within} of {len(own)}, error over its {mean:.3f}")
    return "\n".join(lines)


def main() -> None:
    """Print the table; end with 1 where our forecasts miss the goal."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--csv", type=Path, nargs="*", default=[], help="files with the columns date, series, value")
    parser.add_argument("--worlds", nargs="*", default=[], help="only the worlds whose names begin so")
    parser.add_argument("--peer", type=Path, help="a Python that has statsforecast")
    given = parser.parse_args()
    wanted = [(n, made) for n, made in worlds(given.csv) if not given.worlds or n.startswith(tuple(given.worlds))]
    cases = [case for name, made in wanted for case in cases_of(name, made())]
    who = compared(cases)
    rows = judged(cases, who, peers([cases[n] for n in who], given.peer or environment()))
    print(printed(rows))
    print(by_method(rows))
    sys.exit(0 if all_hold(scores(rows)) else 1)


if __name__ == "__main__":
    main()
