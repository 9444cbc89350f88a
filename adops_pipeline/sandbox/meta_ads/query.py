"""What an insights call asks for, read from its parameters and refused as Meta refuses."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from adops_pipeline.domain.vocabulary import DateRange
from adops_pipeline.sandbox.meta_ads.actions import WINDOWS
from adops_pipeline.sandbox.meta_ads.breakdowns import BREAKDOWNS
from adops_pipeline.sandbox.meta_ads.errors import (
    RETENTION_MONTHS,
    bad_param,
    invalid_insights_field,
    not_capable,
    not_one_of,
    too_old,
)
from adops_pipeline.sandbox.meta_ads.fields import INSIGHTS_FIELDS
from adops_pipeline.sandbox.meta_ads.params import Params, days, json_objects, names, words

Level = Literal["account", "campaign", "adset"]
Increment = int | Literal["monthly", "all_days"]

_LEVELS: Mapping[str, Level] = {"account": "account", "campaign": "campaign", "adset": "adset"}
_KNOWN_WINDOWS = (*WINDOWS, "7d_view", "28d_view", "1d_ev", "default", "dda", "skan_click", "skan_view")
_DEFAULT_FIELDS = ("account_id", "campaign_id", "date_start", "date_stop", "impressions", "spend")
_REFUSED = ("sort", "time_ranges", "export_format", "summary_action_breakdowns")
"""They change what comes back in ways that this sandbox does not emulate: better refused than ignored."""

_MOST_BREAKDOWNS = 2
_FILTER_FIELDS = frozenset({"campaign.effective_status", "adset.effective_status", "campaign.id", "adset.id"})
_OPERATORS = frozenset({"IN", "NOT_IN", "EQUAL"})


@dataclass(frozen=True, slots=True)
class Filter:
    """One line of ``filtering``: keep objects whose ``field`` is among ``values`` (or, negated, is not)."""

    field: str
    values: frozenset[str]
    is_negated: bool = False

    def keeps(self, word: str | None) -> bool:
        """Whether an object with this word stays; None when the object has no such field."""
        return word is not None and (word in self.values) is not self.is_negated


@dataclass(frozen=True, slots=True)
class InsightsQuery:
    """A checked insights call: days are the ad account's, both ends included."""

    level: Level
    fields: tuple[str, ...]
    dates: DateRange
    increment: Increment
    windows: tuple[str, ...]
    breakdowns: tuple[str, ...]
    filters: tuple[Filter, ...]

    def buckets(self) -> list[DateRange]:
        """The stretches of days that get a row of their own."""
        if self.increment == "all_days":
            return [self.dates]
        if self.increment == "monthly":
            return _months(self.dates)
        return self.dates.split(self.increment)


def parse_query(params: Params, today: date, level: Level) -> InsightsQuery:
    """Check the parameters of an insights call; ``level`` is the one of the object asked when none is named."""
    for name in _REFUSED:
        if params.get(name, "").strip("[] "):
            raise not_capable()
    if set(words(params, "action_breakdowns", _ACTION_BREAKDOWNS)) - {"action_type"}:
        raise not_capable()
    fields = names(params, "fields") or _DEFAULT_FIELDS
    for name in fields:
        if name not in INSIGHTS_FIELDS:
            raise invalid_insights_field(name)
    dates = _dates(params, today)
    if dates.start < _months_back(today, RETENTION_MONTHS):
        raise too_old()
    windows = words(params, "action_attribution_windows", _KNOWN_WINDOWS)
    return InsightsQuery(
        _level(params, level), fields, dates, _increment(params), windows, _breakdowns(params), _filters(params)
    )


_ACTION_BREAKDOWNS = (
    "action_type",
    "action_device",
    "action_destination",
    "action_reaction",
    "action_target_id",
    "action_video_sound",
    "action_video_type",
    "action_carousel_card_id",
    "action_carousel_card_name",
)


def _breakdowns(params: Params) -> tuple[str, ...]:
    found = names(params, "breakdowns")
    if set(found) - BREAKDOWNS or len(found) > _MOST_BREAKDOWNS:
        raise not_capable()
    return found


def _level(params: Params, default: Level) -> Level:
    word = params.get("level") or default
    if word == "ad":
        raise not_capable()
    if word not in _LEVELS:
        raise not_one_of("level", ("ad", *_LEVELS))
    return _LEVELS[word]


def _increment(params: Params) -> Increment:
    text = params.get("time_increment", "all_days").strip('"')
    if text in ("monthly", "all_days"):
        return "monthly" if text == "monthly" else "all_days"
    if not text.isdecimal() or not 1 <= int(text) <= 90:
        raise bad_param("time_increment must be an integer from 1 to 90, or monthly or all_days")
    return int(text)


def _dates(params: Params, today: date) -> DateRange:
    asked = days(params, "time_range")
    if asked is not None:
        return DateRange(*asked)
    preset = params.get("date_preset", "last_30d").lower()
    if preset not in _PRESETS:
        raise not_one_of("date_preset", tuple(_PRESETS))
    return _PRESETS[preset](today)


def _last(count: int) -> Callable[[date], DateRange]:
    return lambda today: DateRange(today - timedelta(days=count), today - timedelta(days=1))


def _last_month(today: date) -> DateRange:
    last = today.replace(day=1) - timedelta(days=1)
    return DateRange(last.replace(day=1), last)


_PRESETS: Mapping[str, Callable[[date], DateRange]] = {
    "today": lambda today: DateRange(today, today),
    "yesterday": _last(1),
    "last_3d": _last(3),
    "last_7d": _last(7),
    "last_14d": _last(14),
    "last_28d": _last(28),
    "last_30d": _last(30),
    "last_90d": _last(90),
    "this_month": lambda today: DateRange(today.replace(day=1), today),
    "last_month": _last_month,
    "this_year": lambda today: DateRange(today.replace(month=1, day=1), today),
    "maximum": lambda today: DateRange(_months_back(today, RETENTION_MONTHS), today),
}


def _filters(params: Params) -> tuple[Filter, ...]:
    return tuple(_filter(line) for line in json_objects(params, "filtering"))


def _filter(line: Mapping[str, object]) -> Filter:
    field, operator, value = (line.get(key) for key in ("field", "operator", "value"))
    if field not in _FILTER_FIELDS:
        raise bad_param(f"Filtering field {field} is invalid")
    if operator not in _OPERATORS:
        raise not_one_of("filtering[0][operator]", _OPERATORS)
    values = frozenset(map(str, value)) if isinstance(value, list) else frozenset({str(value)})
    return Filter(str(field), values, is_negated=operator == "NOT_IN")


def _months(dates: DateRange) -> list[DateRange]:
    found: list[DateRange] = []
    start = dates.start
    while start <= dates.end:
        after = (start.replace(day=1) + timedelta(days=32)).replace(day=1)
        found.append(DateRange(start, min(dates.end, after - timedelta(days=1))))
        start = after
    return found


def _months_back(day: date, months: int) -> date:
    month = day.year * 12 + day.month - 1 - months
    return date(month // 12, month % 12 + 1, min(day.day, 28))
