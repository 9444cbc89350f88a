"""Lists of campaigns over a period against another: filtered, sorted by any column, page by page, with totals."""

import math
import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
import numpy as np
import numpy.typing as npt

from adops_pipeline.warehouse.queries.campaign_sums import CampaignSums
from adops_pipeline.warehouse.queries.daily_sums import Grouped
from adops_pipeline.warehouse.queries.listing import Mark, MarkError
from adops_pipeline.warehouse.queries.measures import METRICS, Floats, Ints, Places, change, measure, metric, metrics
from adops_pipeline.warehouse.queries.name_search import NameSearch
from adops_pipeline.warehouse.queries.scope import KnownDays, Scope
from adops_pipeline.warehouse.queries.value_filter import ValueFilter

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
_OWNER = ("platform", "account_id")
_KEPT_PERIODS = 8

Span = tuple[date, date]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Page:
    """Campaigns of a page by their places, the mark to continue after (None at the end), and those of all pages."""

    places: Places
    mark: Mark | None
    chosen: Places


class CampaignTexts:
    """The campaigns' fields, prepared for filters and orders. Nothing changes after it is made."""

    def __init__(self, sums: CampaignSums) -> None:
        self.values = sums.texts
        self._search = NameSearch([None if name is None else str(name) for name in sums.texts["name"]])
        self._filters = {name: ValueFilter(sums.texts[name]) for name in FILTERS}
        self._ranks: dict[str, tuple[list[str], Floats]] = {}
        self.size = sums.size
        self.keys = list(zip(*(map(str, sums.texts[name]) for name in _KEY), strict=True))

    def chosen(self, filters: Mapping[str, Sequence[str]], search: str | None) -> Places:
        """The places of the campaigns that every given filter lets through."""
        is_chosen = np.ones(self.size, dtype=np.bool_)
        for name, wanted in filters.items():
            if wanted:
                is_chosen &= self._filters[name].has(wanted)
        if search is not None:
            is_chosen &= self._search.has(search)
        return np.flatnonzero(is_chosen)

    def by_currency(self) -> Mapping[object, Places]:
        """The places of the campaigns with each currency."""
        return self._filters["currency"].places

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

    def __init__(self, texts: CampaignTexts, now: Ints, before: Ints, is_comparable: Bools) -> None:
        """``is_comparable``: by campaign, whether the period before is known as a whole."""
        self.now, self.before, self._is_comparable = now, before, is_comparable
        self._texts = texts
        self._columns: dict[str, Floats] = {}

    def column(self, name: str) -> Floats:
        """Values of a column of `NUMBERS` for every campaign, to sort by; NaN where it is unknown."""
        found = self._columns.get(name)
        if found is None:
            found = self._columns[name] = _column(name, self.now, self.before, self._texts.values, self._is_comparable)
        return found

    def columns(self, places: Places) -> dict[str, list[float]]:
        """Values of all `NUMBERS` for some campaigns; NaN where one is unknown."""
        now, before, is_comparable = self.now[:, places], self.before[:, places], self._is_comparable[places]
        finals, previous = metrics(now, is_nowcast=True), metrics(before, is_nowcast=True)
        found = metrics(now, is_nowcast=False)
        for name in METRICS:
            found[f"{name}_previous"] = past = np.where(is_comparable, previous[name], np.nan)
            found[f"{name}_change"] = change(finals[name], past)
        found |= {f"{name}_nowcast": finals[name] for name in WITH_NOWCAST}
        for name in set(NUMBERS) - set(found):
            texts = {name: [self._texts.values[name][place] for place in places]} if name in BUDGETS else {}
            found[name] = _column(name, now, before, texts, is_comparable)
        return {name: found[name].tolist() for name in NUMBERS}


def _column(name: str, now: Ints, before: Ints, texts: Mapping[str, Sequence[object]], is_comparable: Bools) -> Floats:
    if name in BUDGETS:
        return np.array([np.nan if value is None else value for value in texts[name]], dtype=np.float64)
    metric_name, _, kind = name.rpartition("_")
    match kind:
        case "reporting":
            is_missing = measure(now, f"{metric_name}_without_rate") > 0
            return np.where(is_missing, np.nan, measure(now, name))
        case "nowcast":
            return metric(now, metric_name, is_nowcast=True)
        case "previous":
            return np.where(is_comparable, metric(before, metric_name, is_nowcast=True), np.nan)
        case "change":
            finals = (metric(sums, metric_name, is_nowcast=True) for sums in (now, before))
            return np.where(is_comparable, change(*finals), np.nan)
    return metric(now, name, is_nowcast=False)


class CampaignList:
    """The campaigns of one snapshot, for any number of threads."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.sums = CampaignSums(con)
        self.texts = CampaignTexts(self.sums)
        known, owners = KnownDays(con).first, zip(*(self.sums.texts[one] for one in _OWNER), strict=True)
        self._known_from = np.array([known.get(one, date.min).toordinal() for one in owners], dtype=np.int64)
        self._guard = threading.Lock()
        self._periods: OrderedDict[tuple[Span, Span], PeriodSums] = OrderedDict()

    def close(self) -> None:
        """Free what is kept in files."""
        self.sums.close()

    def period(self, now: Span, before: Span) -> PeriodSums:
        """Sums of the two periods; those of the last few requests are kept."""
        with self._guard:
            found = self._periods.get((now, before))
            if found is not None:
                self._periods.move_to_end((now, before))
                return found
        found = PeriodSums(self.texts, *self._between(now, before), self._known_from <= before[0].toordinal())
        with self._guard:
            self._periods[now, before] = found
            while len(self._periods) > _KEPT_PERIODS:
                self._periods.popitem(last=False)
        return found

    def grouped(self, scope: Scope) -> Grouped:
        """The sums of the campaigns in scope by id and currency, also of those without delivery."""
        places = self.texts.chosen(scope.filters, None)
        period = self.period((scope.first, scope.last), (scope.before, scope.before_last))
        ids, currencies = (self.texts.values[name] for name in ("id", "currency"))
        of_places = [(str(ids[place]), str(currencies[place])) for place in places]
        keys = sorted(set(of_places))
        at = [keys.index(key) for key in of_places]
        sums = []
        for of_all in (period.now, period.before):
            of_keys = np.zeros((len(keys), len(of_all)), dtype=np.int64)
            np.add.at(of_keys, at, of_all[:, places].T)
            sums.append(of_keys.T)
        return Grouped(keys, *sums)

    def _between(self, now: Span, before: Span) -> tuple[Ints, Ints]:
        """Measures x campaigns: sums of both periods. Where one follows the other, the total between is read once."""
        totals: dict[date, Ints] = {}
        for first, last in (now, before):
            for day in (first, last + timedelta(days=1)):
                if day not in totals:
                    totals[day] = self.sums.before(day)
        of_now, of_before = (totals[last + timedelta(days=1)] - totals[first] for first, last in (now, before))
        return of_now, of_before

    def page(self, period: PeriodSums, chosen: Places, sort: str, limit: int, after: Mark | None) -> Page:
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
        self, chosen: Places, key: Floats, words: list[str] | None, sign: float, after: Mark
    ) -> tuple[Places, Floats]:
        """The campaigns after the mark: those beyond its value, and of the same value those with a greater key."""
        if len(after) != 1 + len(_KEY) or None in after[1:]:
            raise MarkError("the cursor belongs to another listing")
        marked = sign * _value_of(after[0], words)
        later = chosen >= np.intp(bisect_right(self.texts.keys, tuple(map(str, after[1:]))))
        unknown = np.isnan(key)
        rest = unknown & later if math.isnan(marked) else unknown | (key > marked) | ((key == marked) & later)
        return chosen[rest], key[rest]

    def totals(self, period: PeriodSums, chosen: Places) -> dict[str, tuple[Ints, Ints]]:
        """The sums of the chosen campaigns by currency, of the period and of the one before."""
        is_chosen = np.zeros(self.texts.size, dtype=np.bool_)
        is_chosen[chosen] = True
        found = {}
        for currency, places in sorted(self.texts.by_currency().items(), key=lambda item: str(item[0])):
            of_both = places[is_chosen[places]]
            if len(of_both):
                found[str(currency)] = period.now[:, of_both].sum(axis=1), period.before[:, of_both].sum(axis=1)
        return found


def _first(key: Floats, limit: int) -> Places:
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
