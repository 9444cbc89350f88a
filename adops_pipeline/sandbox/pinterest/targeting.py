"""What can be targeted on Pinterest, figures by what was targeted, and the definitions of the metrics.

The market does not know who saw an ad: a day's figures are spread over a targeting type's values by fixed shares.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from decimal import ROUND_DOWN, Decimal

from starlette.datastructures import QueryParams

from adops_pipeline.sandbox.market import AdMarket, MarketAccount, minor_digits
from adops_pipeline.sandbox.pinterest import analytics, wire
from adops_pipeline.sandbox.pinterest.columns import (
    ASYNC_COLUMNS,
    ATTRIBUTES,
    METRICS,
    SYNC_COLUMNS,
    Entity,
    Totals,
)
from adops_pipeline.sandbox.pinterest.entities import Body
from adops_pipeline.sandbox.pinterest.wire import ApiError

OPTIONS: Mapping[str, Mapping[str, str]] = {
    "APPTYPE": {
        "android_mobile": "Android phones",
        "android_tablet": "Android tablets",
        "ipad": "iPad",
        "iphone": "iPhone",
        "web": "Desktop web",
        "web_mobile": "Mobile web",
    },
    "GENDER": {"unknown": "Unknown", "male": "Male", "female": "Female"},
    "LOCALE": {"en-US": "English (US)", "en-GB": "English (UK)", "de": "German", "fr": "French", "ja": "Japanese"},
    "AGE_BUCKET": {
        age: age for age in ("18-24", "19+", "20+", "21+", "25-34", "35-44", "45-49", "50-54", "55-64", "65+")
    },
    "LOCATION": {
        "US": "United States",
        "CA": "Canada",
        "GB": "United Kingdom",
        "IE": "Ireland",
        "AU": "Australia",
        "NZ": "New Zealand",
        "DE": "Germany",
        "AT": "Austria",
        "CH": "Switzerland",
        "FR": "France",
        "ES": "Spain",
        "IT": "Italy",
        "NL": "Netherlands",
        "JP": "Japan",
        "807": "U.S.: San Francisco-Oak-San Jose",
        "501": "U.S.: New York",
    },
    "GEO": {"US:94103": "San Francisco, 94103", "US:10001": "New York, 10001", "CA:M5V": "Toronto, M5V"},
    "INTEREST": {
        "925056443165": "Home decor",
        "935249274030": "Women's fashion",
        "948192800438": "Travel",
        "961238559656": "Sports",
        "903733943146": "Food and drinks",
    },
    "KEYWORD": {},
}
"""Values of each targeting type that people choose from. Keywords are free text."""
_AUDIENCES = ("AUDIENCE_INCLUDE", "AUDIENCE_EXCLUDE")

_ANALYTICS_VALUES: Mapping[str, Sequence[str]] = {
    "APPTYPE": tuple(OPTIONS["APPTYPE"]),
    "GENDER": ("female", "male", "unknown"),
    "LOCATION": ("US-CA", "US-NY", "US-TX"),
    "COUNTRY": ("US", "CA", "GB"),
    "REGION": ("US-CA", "US-NY", "US-TX"),
    "GEO": tuple(OPTIONS["GEO"]),
    "PLACEMENT": ("BROWSE", "SEARCH", "RELATED_PINS"),
    "TARGETED_INTEREST": tuple(OPTIONS["INTEREST"]),
    "PINNER_INTEREST": tuple(OPTIONS["INTEREST"]),
    "AGE_BUCKET": ("18-24", "25-34", "35-44", "45-49", "50-54", "55-64", "65+"),
    "KEYWORD": ("cabin", "tent", "rain jacket"),
    "AUDIENCE_INCLUDE": ("2542620639259", "2542620639260"),
}
_MOST_TYPES = 15
_SENTENCE = "Invalid ad account targeting analytics parameters."


def options(targeting_type: str, audiences: Sequence[Body]) -> list[dict[str, str]]:
    """``TargetingOptionResponse``: one object of ids and names. ``audiences`` of the account that was named, if any."""
    if targeting_type in _AUDIENCES:
        return [{str(one["id"]): str(one["name"]) for one in audiences}]
    if targeting_type not in OPTIONS:
        raise ApiError(400, 1, f"'targeting_type' value '{targeting_type}' is not one of the allowed values.")
    return [dict(OPTIONS[targeting_type])]


def targeting_analytics(market: AdMarket, account: MarketAccount, params: QueryParams, now: datetime) -> Body:
    """``MetricsResponse`` of an account: figures by targeting type and value, each type adding up to the account."""
    query = analytics.sync_query("ACCOUNT", params, now)
    types = wire.listed(params, "targeting_types")
    if not 1 <= len(types) <= _MOST_TYPES:
        raise wire.refused(_SENTENCE, f"'targeting_types' takes 1 to {_MOST_TYPES} values.")
    for name in types:
        wire.choice(name, "targeting_types", tuple(_ANALYTICS_VALUES), _SENTENCE)
    totals: dict[str, Totals] = {}
    for day in market.campaign_days(account.account_id, query.start, query.end, now):
        totals.setdefault(analytics.bucket(day.date, query), Totals()).add(day)
    rows = [
        {"targeting_type": name, "targeting_value": value, "metrics": _metrics(query, account, bucket, part)}
        for name in types
        for bucket, sums in sorted(totals.items())
        for value, part in zip(_ANALYTICS_VALUES[name], _split(sums, name, account), strict=True)
    ]
    return {"data": rows}


def _split(sums: Totals, targeting_type: str, account: MarketAccount) -> list[Totals]:
    """The sums in as many parts as the type has values, adding up exactly: each value has half of what is left."""
    parts: list[Totals] = []
    left = sums
    step = Decimal(1).scaleb(-minor_digits(account.currency))
    for n in range(len(_ANALYTICS_VALUES[targeting_type]), 0, -1):
        share = Decimal(1) if n == 1 else Decimal("0.5")
        part, rest = Totals(), Totals()
        for field in fields(Totals):
            value = getattr(left, field.name)
            taken = (value * share).quantize(step, ROUND_DOWN) if isinstance(value, Decimal) else int(value * share)
            setattr(part, field.name, taken)
            setattr(rest, field.name, value - taken)
        parts.append(part)
        left = rest
    return parts


def _metrics(query: analytics.Query, account: MarketAccount, bucket: str, sums: Totals) -> Body:
    dated: Body = {} if query.granularity == "TOTAL" else {"DATE": bucket}
    named = {column: ATTRIBUTES[column](Entity(account), query.end) for column in query.columns if column in ATTRIBUTES}
    values = {column: METRICS[column](sums) for column in query.columns if column in METRICS}
    return {**{k: v for k, v in named.items() if v is not None}, **dated, **values}


_PARTS = {
    "TOTAL": "paid and earned together",
    "1": "paid",
    "2": "earned",
    "MICRO": "in millionths of the account's currency",
}


def delivery_metrics(report_type: str | None) -> Body:
    """``DeliveryMetricsResponse``: the columns of the reports with what they mean."""
    columns = ASYNC_COLUMNS if report_type != "SYNC" else SYNC_COLUMNS
    if report_type not in (None, "SYNC", "ASYNC"):
        raise ApiError(400, 1, f"'report_type' value '{report_type}' is not one of the allowed values.")
    return {"items": [_definition(name) for name in sorted(columns)]}


def _definition(name: str) -> Body:
    words = name.split("_")
    shown = " ".join(words).capitalize()
    notes = [text for word, text in _PARTS.items() if word in words]
    definition = f"{shown}{': ' if notes else ''}{', '.join(notes)}"
    return {"name": name, "category": "ADS", "display_name": shown, "definition": definition}
