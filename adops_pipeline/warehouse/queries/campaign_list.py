"""Lists of campaigns over a period against another: filtered, sorted by any column, page by page, with totals."""

import math
import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np
import numpy.typing as npt

from adops_pipeline.warehouse.queries.campaign_sums import MEASURES, UNITS, CampaignSums, Floats, Ints
from adops_pipeline.warehouse.queries.listing import Mark, MarkError
from adops_pipeline.warehouse.queries.overview import METRICS, RATIOS, SUMS
from adops_pipeline.warehouse.queries.snapshot_reader import Snapshot

TEXTS = ("id", "platform", "account_id", "account_name", "name", "status", "objective", "project_id", "currency")
BUDGETS = ("daily_budget", "lifetime_budget")
WITH_NOWCAST = ("conversions", "revenue", "cpa", "roas")
NUMBERS = (
    *BUDGETS, *METRICS, *(f"{name}_nowcast" for name in WITH_NOWCAST), *(f"{name}_previous" for name in METRICS),
    *(f"{name}_change" for name in METRICS), "spend_reporting", "revenue_reporting",
)  # fmt: skip
"""Columns with numbers, NULL where they are unknown. ``*_previous`` and ``*_change`` compare nowcasts."""
COLUMNS = (*TEXTS, *NUMBERS)
FILTERS = ("id", "platform", "account_id", "project_id", "status", "currency")
_KEY = ("id", "account_id", "currency")
_KEPT_PERIODS = 8

Span = tuple[date, date]
Chosen = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Page:
    """Campaigns of a page by their places, the mark to continue after (None at the end), and those of all pages."""

    places: Chosen
    mark: Mark | None
    chosen: Chosen


class CampaignTexts:
    """The campaigns' fields, prepared for filters and orders. Nothing changes after it is made."""

    def __init__(self, sums: CampaignSums) -> None:
        self.values = sums.texts
        self._names = [str(name or "").lower() for name in sums.texts["name"]]
        self._codes: dict[str, dict[object, Chosen]] = {name: _by_value(sums.texts[name]) for name in FILTERS}
        self._ranks: dict[str, tuple[list[str], Floats]] = {}
        self.size = sums.size
        self.keys = list(zip(*(map(str, sums.texts[name]) for name in _KEY), strict=True))

    def chosen(self, filters: Mapping[str, Sequence[str]], search: str | None) -> Chosen:
        """The places of the campaigns that every given filter lets through."""
        is_chosen = np.ones(self.size, dtype=np.bool_)
        for name, wanted in filters.items():
            if wanted:
                is_wanted = np.zeros(self.size, dtype=np.bool_)
                for value in wanted:
                    is_wanted[self._codes[name].get(value, [])] = True
                is_chosen &= is_wanted
        if search is not None:
            text = search.lower()
            is_chosen &= np.fromiter((text in name for name in self._names), dtype=np.bool_, count=self.size)
        return np.flatnonzero(is_chosen)

    def by_currency(self) -> Mapping[object, Chosen]:
        """The places of the campaigns with each currency."""
        return self._codes["currency"]

    def rank(self, name: str) -> tuple[list[str], Floats]:
        """The different values of a text column in their order, and for each campaign the place of its value."""
        known = self._ranks.get(name)
        if known is None:
            words = sorted({str(value) for value in self.values[name] if value is not None})
            place = {word: at for at, word in enumerate(words)}
            ranks = [np.nan if value is None else place[str(value)] for value in self.values[name]]
            known = self._ranks[name] = words, np.array(ranks, dtype=np.float64)
        return known


class PeriodSums:
    """The campaigns' sums of a period and of the one that it is compared with."""

    def __init__(self, texts: CampaignTexts, now: Ints, before: Ints) -> None:
        self.now, self.before = now, before
        self._texts = texts
        self._columns: dict[str, Floats] = {}

    def column(self, name: str) -> Floats:
        """Values of a column of `NUMBERS`; NaN where it is unknown."""
        found = self._columns.get(name)
        if found is None:
            found = self._columns[name] = self._make(name)
        return found

    def _make(self, name: str) -> Floats:
        if name in BUDGETS:
            return np.array([np.nan if v is None else v for v in self._texts.values[name]], dtype=np.float64)
        metric, _, kind = name.rpartition("_")
        if kind == "reporting":
            missing = _measure(self.now, f"{metric}_without_rate") > 0
            return np.where(missing, np.nan, _measure(self.now, name))
        if kind == "nowcast":
            return metric_of(self.now, metric, is_nowcast=True)
        if kind == "previous":
            return metric_of(self.before, metric, is_nowcast=True)
        if kind == "change":
            return change(metric_of(self.now, metric, is_nowcast=True), self.column(f"{metric}_previous"))
        return metric_of(self.now, name, is_nowcast=False)


class NewestCampaigns:
    """The campaigns of the newest snapshot, loaded at the first use of each."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._known: tuple[str, CampaignList] | None = None

    def of(self, snapshot: Snapshot) -> "CampaignList":
        """The campaigns of ``snapshot``."""
        with self._guard:
            if self._known is None or self._known[0] != snapshot.version:
                self._known = None  # the older ones are freed before the newer ones are loaded
                self._known = snapshot.version, CampaignList(CampaignSums(snapshot.con))
            return self._known[1]


class CampaignList:
    """The campaigns of one snapshot. For any number of threads, each with its own connection."""

    def __init__(self, sums: CampaignSums) -> None:
        self.sums = sums
        self.texts = CampaignTexts(sums)
        self._guard = threading.Lock()
        self._periods: OrderedDict[tuple[Span, Span], PeriodSums] = OrderedDict()

    def period(self, con: duckdb.DuckDBPyConnection, now: Span, before: Span) -> PeriodSums:
        """Sums of the two periods; those of the last few requests are kept."""
        with self._guard:
            found = self._periods.get((now, before))
            if found is not None:
                self._periods.move_to_end((now, before))
                return found
        found = PeriodSums(self.texts, self.sums.between(con, *now), self.sums.between(con, *before))
        with self._guard:
            self._periods[now, before] = found
            while len(self._periods) > _KEPT_PERIODS:
                self._periods.popitem(last=False)
        return found

    def page(self, period: PeriodSums, chosen: Chosen, sort: str, limit: int, after: Mark | None) -> Page:
        """The next ``limit`` of the ``chosen`` campaigns by ``sort`` (`-`: downwards), unknown values last."""
        name, sign = sort.removeprefix("-"), -1.0 if sort.startswith("-") else 1.0
        words, values = self.texts.rank(name) if name in TEXTS else (None, period.column(name))
        key = sign * values[chosen]
        if after is not None:
            chosen, key = self._rest(chosen, key, words, sign, after)
        order = _first(key, limit + 1)
        places = chosen[order[:limit]]
        mark = None
        if len(order) > limit:
            last = places[-1]
            value = self.texts.values[name][last] if words is not None else _text(values[last])
            mark = [None if value is None else str(value), *self.texts.keys[last]]
        return Page(places, mark, chosen)

    def _rest(
        self, chosen: Chosen, key: Floats, words: list[str] | None, sign: float, after: Mark
    ) -> tuple[Chosen, Floats]:
        """The campaigns after the mark: those beyond its value, and of the same value those with a greater key."""
        if len(after) != 1 + len(_KEY) or None in after[1:]:
            raise MarkError("the cursor belongs to another listing")
        marked = sign * _value_of(after[0], words)
        later = chosen >= np.intp(bisect_right(self.texts.keys, tuple(map(str, after[1:]))))
        unknown = np.isnan(key)
        rest = unknown & later if math.isnan(marked) else unknown | (key > marked) | ((key == marked) & later)
        return chosen[rest], key[rest]

    def totals(self, period: PeriodSums, chosen: Chosen) -> dict[str, tuple[Ints, Ints]]:
        """The sums of the chosen campaigns by currency, of the period and of the one before."""
        is_chosen = np.zeros(self.texts.size, dtype=np.bool_)
        is_chosen[chosen] = True
        found = {}
        for currency, places in sorted(self.texts.by_currency().items(), key=lambda item: str(item[0])):
            of_both = places[is_chosen[places]]
            if len(of_both):
                found[str(currency)] = period.now[:, of_both].sum(axis=1), period.before[:, of_both].sum(axis=1)
        return found


def metric_of(sums: Ints, metric: str, *, is_nowcast: bool) -> Floats:
    """A metric from sums (measures x anything): a sum, or a ratio of sums, NaN where its denominator is zero."""
    if metric in SUMS:
        has_nowcast = is_nowcast and metric in ("conversions", "revenue")
        return _measure(sums, f"{metric}_nowcast" if has_nowcast else metric)
    above, below = (metric_of(sums, part, is_nowcast=is_nowcast) for part in RATIOS[metric])
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(below == 0, np.nan, above / below)


def change(now: Floats, before: Floats) -> Floats:
    """Relative change, NaN where nothing was before."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(before == 0, np.nan, now / before - 1)


def number(value: float) -> float | None:
    """The value for JSON, None where it is unknown."""
    return None if math.isnan(value) else float(value)


def _measure(sums: Ints, name: str) -> Floats:
    found: Floats = sums[MEASURES.index(name)] / UNITS[name]
    return found


def _by_value(values: Sequence[object]) -> dict[object, Chosen]:
    places: dict[object, list[int]] = {}
    for place, value in enumerate(values):
        places.setdefault(value, []).append(place)
    return {value: np.array(found, dtype=np.intp) for value, found in places.items()}


def _first(key: Floats, limit: int) -> Chosen:
    """The places of the ``limit`` lowest keys in order, NaN last, equal ones in their present order."""
    if len(key) > 4 * limit:
        highest = np.partition(key, limit)[limit]
        near = np.flatnonzero((key <= highest) | np.isnan(highest))
        return near[np.argsort(key[near], kind="stable")[:limit]]
    return np.argsort(key, kind="stable")[:limit]


def _text(value: float) -> str | None:
    return None if math.isnan(value) else repr(float(value))


def _value_of(text: str | None, words: list[str] | None) -> float:
    """The sort value of a mark; that of a word that is gone lies between its neighbours."""
    if text is None:
        return float("nan")
    if words is None:
        try:
            return float(text)
        except ValueError:
            raise MarkError("the cursor belongs to another listing") from None
    place = bisect_right(words, text)
    return place - 1.0 if place and words[place - 1] == text else place - 0.5
