"""Our forecasts beside those of outside peers: AutoETS and the seasonal naive method of statsforecast.

Run: python -m benchmarks.forecast_peers [--csv FILE …] [--worlds NAME …] [--seeds N …] [--cases N] [--peer PYTHON]

Sums over the next seven days and to the end of the month, from past days, each with what was known then: weighted
absolute percentage error (WAPE: sum of absolute errors over sum of outcomes) and coverage of the 80 % interval, by
world, metric and horizon (a cell). A world is drawn with several seeds, each forecast on its own; the cases of all are
judged together, and every ratio and coverage has a 90 % interval, by a bootstrap that draws seeds, and of each its
series with all their cases. What the whole of such an interval says is sure; the rest cannot be told from chance.

`--csv` adds a file with the columns date, series, value (benchmarks/forecast_worlds.py says how series are named).
Where two years are known, our forecasts are also made from what is known of a year, without a yearly season.
The peers run in an environment of their own, which is made on first use in `.venv-peers`. It keeps their answers, which
do not depend on our code: AutoETS takes most of the time of a first run (a quarter of an hour of processor time).
"""

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import venv
from calendar import monthrange
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import polars as pl

from adops_pipeline.domain.experiments.arrays import Floats
from adops_pipeline.domain.forecasting import METRICS, forecast_to
from adops_pipeline.domain.forecasting.yearly import LEAST_DAYS
from benchmarks.forecast_scores import PeerScore, by_method, printed, range_of, redrawn
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

_HISTORY = 210
_ORIGINS, _ORIGIN_STEP = 5, 26
_ORIGINS_OF_A_SEED = 2
_SEEDS = tuple(range(5, 13))
_ALONE, _YEARS = " (each alone)", " (two years)"
_WITHOUT_SEASON = "ours, no season"
_PEERS = ("AutoETS", "seasonal naive")
_HORIZONS = ("7 days", "month end")
_ENVIRONMENT = Path(__file__).parent.parent / ".venv-peers"
_PACKAGE = "statsforecast==2.1.1"
_WEEK = 7
_PEER_CASES = 96
"""Cases of a world and metric that the peers forecast too: AutoETS takes 0.15 s for one."""
_PROCESSES = 2


Answers = tuple[tuple[float, float, float], tuple[float, float, float]]


@dataclass(frozen=True, slots=True)
class World:
    """Frames of one world, each of another seed, and how many origins of each are forecast from."""

    name: str
    frames: tuple[Callable[[], pl.DataFrame], ...]

    @property
    def is_alone(self) -> bool:
        """Whether each series is an account of its own."""
        return self.name.endswith(_ALONE)


@dataclass(frozen=True, slots=True)
class Case:
    """One series at one origin: its history, the days to add up, their sums, and our answers (point, low, high).

    ``without`` are our answers without a yearly season, where one can be known.
    """

    world: str
    seed: int
    series: str
    metric: str
    history: Floats
    spans: tuple[int, int]
    actual: tuple[float, float]
    ours: Answers
    without: Answers | None

    @property
    def digest(self) -> str:
        """Of what the peers are asked."""
        asked = np.append(self.history, self.spans).tobytes()
        return hashlib.sha256(asked).hexdigest()[:32]


def cases_of(world: World) -> Iterator[Case]:
    """Cases of the series that are running at each origin, the newest origin a month before the end.

    Of several seeds, each is seen from other origins: cases of one series depend on each other.
    """
    for seed, made in enumerate(world.frames):
        daily = made()
        last = daily["date"].max()
        assert isinstance(last, date)
        few = _ORIGINS_OF_A_SEED if len(world.frames) > 1 else _ORIGINS
        for n in range(few):
            back = (seed * few + n) % _ORIGINS
            yield from _at(world, seed, daily, last - timedelta(days=31 + back * _ORIGIN_STEP))


def _at(world: World, seed: int, daily: pl.DataFrame, origin: date) -> Iterator[Case]:
    month_end = origin.replace(day=monthrange(origin.year, origin.month)[1])
    spans = (_WEEK, max((month_end - origin).days, 1))
    first = origin - timedelta(days=_HISTORY - 1)
    days = pl.date_range(first, origin + timedelta(days=31), eager=True).alias("date")
    parts = daily.partition_by("campaign_id") if world.is_alone else [daily]
    for part in parts:
        known = part.filter(pl.col("date") <= origin)
        if known.is_empty():
            continue
        tomorrow = origin + timedelta(days=1)
        recent = known.filter(pl.col("date") > origin - timedelta(days=LEAST_DAYS - 1))
        answers, plain = (
            [forecast_to(rows, origin, tomorrow, origin + timedelta(days=span)) for span in spans]
            for rows in ((known, recent) if world.name.endswith(_YEARS) else (known, known.clear()))
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
                yield Case(world.name, seed, campaign, metric, history, spans, actual, ours, without)


def _answers(tables: Sequence[pl.DataFrame], campaign: str, metric: str) -> Answers | None:
    rows = [table.filter(campaign_id=campaign, metric=metric) for table in tables]
    if any(row.is_empty() for row in rows):
        return None
    week, month = (row.select("total", "total_low", "total_high").row(0) for row in rows)
    return week, month


def peers(world: str, cases: Sequence[Case], python: Path) -> dict[str, Floats]:
    """Answers of the peers to ``cases`` of a world, cases x horizons x (point, low, high); kept beside ``python``."""
    kept = python.parent.parent / "answers" / f"{re.sub(r'[^a-z0-9]+', '-', world.lower()).strip('-')}.json"
    known = json.loads(kept.read_text()) if kept.exists() else {}
    new = {case.digest: case for case in cases if case.digest not in known}
    if new:
        known |= dict(zip(new, _asked(list(new.values()), python), strict=True))
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(json.dumps(known))
    found = np.array([known[case.digest] for case in cases]).reshape(len(cases), len(_PEERS), len(_HORIZONS), 3)
    return {name: found[:, n] for n, name in enumerate(_PEERS)}


def _asked(cases: Sequence[Case], python: Path) -> list[list[list[list[float]]]]:
    with tempfile.TemporaryDirectory() as folder:
        given, found = Path(folder) / "given.npz", Path(folder) / "found.npz"
        np.savez(given, histories=np.array([c.history for c in cases]), spans=np.array([c.spans for c in cases]))
        script = Path(__file__).with_name("statsforecast_peer.py")
        subprocess.run([python, script, given, found], check=True)
        with np.load(found) as answers:
            listed: list[list[list[list[float]]]] = np.stack((answers["ets"], answers["naive"]), axis=1).tolist()
            return listed


def environment() -> Path:
    """The Python of the peers' environment, which is made if it is missing."""
    python = _ENVIRONMENT / "bin" / "python"
    if not python.exists():
        venv.create(_ENVIRONMENT, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", _PACKAGE], check=True)
    return python


def compared(cases: Sequence[Case], most: int) -> list[int]:
    """Which cases the peers forecast, too: at most so many of each metric."""
    found: list[int] = []
    for metric in METRICS:
        who = [n for n, case in enumerate(cases) if case.metric == metric]
        found += np.random.default_rng(1).permutation(who)[:most].tolist()
    return sorted(found)


def judge(world: World, most: int, python: Path) -> list[PeerScore]:
    """The scores of one world."""
    cases = list(cases_of(world))
    who = compared(cases, most)
    return judged(cases, who, peers(world.name, [cases[n] for n in who], python))


def judged(cases: Sequence[Case], who: Sequence[int], answers: dict[str, Floats]) -> list[PeerScore]:
    """Scores by metric and horizon: errors on the cases ``who`` that all forecast, our coverage on all of them.

    Series are in units of their own last level, so that no large campaign and no currency decides.
    """
    level = np.array([max(float(np.nanmean(c.history[-28:])), 1e-9) for c in cases])
    actual = np.array([c.actual for c in cases]) / level[:, None]
    none = ((np.nan,) * 3,) * len(_HORIZONS)
    methods = {"ours": np.array([c.ours for c in cases])}
    methods |= {name: np.full((len(cases), len(_HORIZONS), 3), np.nan) for name in _PEERS}
    for name, answer in answers.items():
        methods[name][who] = answer
    if any(c.without for c in cases):
        methods[_WITHOUT_SEASON] = np.array([c.without or none for c in cases])
    shared = np.isin(np.arange(len(cases)), who)
    scores = []
    for metric in METRICS:
        of_it = np.array([c.metric == metric for c in cases])
        if not of_it.any():
            continue
        draws = redrawn([(c.seed, c.series) for c in cases if c.metric == metric])
        draws = np.vstack((np.ones(draws.shape[1]), draws))
        for at, horizon in enumerate(_HORIZONS):
            true, both = actual[of_it, at], shared[of_it]
            found = {name: answer[of_it, at] / level[of_it, None] for name, answer in methods.items()}
            missed = {
                name: draws[:, both] @ np.abs(f[both, 0] - true[both]) / np.maximum(draws[:, both] @ true[both], 1e-9)
                for name, f in found.items()
            }
            better = min(_PEERS, key=lambda name: float(missed[name][0]))
            for name, f in found.items():
                ratio = missed[name] / np.maximum(missed[better], 1e-9)
                known = np.isfinite(f[:, 0])
                number = np.maximum(draws[:, known].sum(axis=1), 1.0)
                held = 100.0 * (draws[:, known] @ _held(f[known], true[known])) / number
                scores.append(PeerScore(
                    cases[0].world, metric, horizon, name, int(both.sum()), float(missed[name][0]),
                    float(ratio[0]), range_of(ratio[1:]), float(held[0]), range_of(held[1:]),
                ))  # fmt: skip
    return scores


def _held(found: Floats, true: Floats) -> Floats:
    slack = 1e-6 * np.maximum(true, 1.0)
    held = (true >= found[:, 1] - slack) & (true <= found[:, 2] + slack)
    return np.asarray(held, dtype=np.float64)


def worlds(seeds: Sequence[int] = _SEEDS, files: Sequence[Path] = ()) -> Iterator[World]:
    """The worlds, each to be made: made-up ones, some with each series alone, the market's, and files."""

    def drawn(name: str, made: Callable[[int], pl.DataFrame]) -> World:
        return World(name, tuple(partial(made, seed) for seed in seeds))

    for name in SYNTHETIC:
        yield drawn(name, partial(made_up, name))
    for name in ("AR(1) 0.6", "level shifts"):
        yield drawn(name + _ALONE, partial(_first_ones, name))
    for name in MARKET:
        yield drawn(f"market: {name or 'default'}", partial(market, name))
    for name in SEASONS:
        yield drawn(name + _YEARS, partial(seasons, name))
    for name in YEARS_MARKET:
        yield drawn(f"market: {name}{_YEARS}", partial(_two_years, name))
    for path in files:
        yield World(path.name + _ALONE, (partial(from_csv, path),))


def _first_ones(name: str, seed: int) -> pl.DataFrame:
    return made_up(name, seed).filter(pl.col("campaign_id") < "08")


def _two_years(name: str, seed: int) -> pl.DataFrame:
    return market(name, seed, YEARS_DAYS)


def main() -> None:
    """Print the table; end with 1 where our forecasts surely miss the goal."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--csv", type=Path, nargs="*", default=[], help="files with the columns date, series, value")
    parser.add_argument("--worlds", nargs="*", default=[], help="only the worlds whose names begin so")
    parser.add_argument("--seeds", type=int, nargs="+", default=_SEEDS, help="with which worlds are drawn")
    parser.add_argument("--cases", type=int, default=_PEER_CASES, help="of a world and metric that peers forecast")
    parser.add_argument("--peer", type=Path, help="a Python that has statsforecast")
    given = parser.parse_args()
    wanted = [w for w in worlds(given.seeds, given.csv) if not given.worlds or w.name.startswith(tuple(given.worlds))]
    python = given.peer or environment()
    os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "POLARS_MAX_THREADS"), "1"))
    found: dict[str, list[PeerScore]] = {}
    with ProcessPoolExecutor(_PROCESSES, get_context("spawn")) as pool:
        asked = {pool.submit(judge, world, given.cases, python): world.name for world in wanted}
        for done in as_completed(asked):
            found[asked[done]] = done.result()
            print(f"{len(found)} of {len(wanted)} worlds: {asked[done]}", file=sys.stderr, flush=True)
    rows = [row for world in wanted for row in found[world.name]]
    print(printed(rows))
    print(by_method(rows))
    sys.exit(any(row.method == "ours" and (row.is_worse or row.is_off) for row in rows))


if __name__ == "__main__":
    main()
