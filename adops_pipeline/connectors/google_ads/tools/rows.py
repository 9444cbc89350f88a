"""Rows of Google's answers as tools return them: one flat mapping by GAQL name, money in currency units."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from adops_pipeline.connectors.google_ads.tools.money import MICROS, plain

_UNDERSCORED = re.compile(r"_([a-z0-9])")
_MICROS = "_micros"
_MICROS_BY_MEANING = frozenset(
    f"metrics.{name}"
    for name in (
        "active_view_cpm",
        "average_cost",
        "average_cpc",
        "average_cpe",
        "average_cpm",
        "trueview_average_cpv",
        "benchmark_average_max_cpc",
        "cost_per_all_conversions",
        "cost_per_conversion",
        "cost_per_current_model_attributed_conversion",
    )
)
"""Fields in micros whose names do not say so."""


def flat_row(row: Mapping[str, Any], fields: Iterable[str]) -> dict[str, Any]:
    """The fields asked for, None where Google gave no value. ``x_micros`` becomes ``x`` in currency units, as text."""
    return dict(_cell(row, field) for field in fields)


def value_of(row: Mapping[str, Any], field: str) -> Any:  # noqa: ANN401  any JSON value
    """The value of a field by its GAQL name; None where Google gave none."""
    found: Any = row
    for part in field.split("."):
        if not isinstance(found, Mapping):
            return None
        found = found.get(_camel(part))
    return found


def _cell(row: Mapping[str, Any], field: str) -> tuple[str, Any]:
    value = value_of(row, field)
    if field.endswith(_MICROS) or field in _MICROS_BY_MEANING:
        money = None if value is None else plain(Decimal(str(value)) / MICROS)
        return field.removesuffix(_MICROS), money
    if field.startswith("metrics.") and isinstance(value, str) and value.lstrip("-").isdecimal():
        return field, int(value)
    return field, value


def _camel(name: str) -> str:
    return _UNDERSCORED.sub(lambda match: match.group(1).upper(), name)
