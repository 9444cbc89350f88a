"""Metrics of sums as JSON objects: as reported, nowcast, nowcast of the period before, and the change."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from adops_pipeline.warehouse.queries.measures import MEASURES, METRICS, Ints, change, metrics

_REPORTING = {"spend": "spend_reporting", "revenue": "revenue_reporting",
              "revenue_nowcast": "revenue_reporting_nowcast"}  # fmt: skip


def cards(now: Ints, before: Ints, *names: str, is_comparable: bool = True) -> list[dict[str, Any]]:
    """For each column of the sums (measures x anything) the metrics by name; NaN becomes null in JSON.

    Without ``is_comparable`` the period before is not known as a whole, so nothing is said of it.
    """
    chosen = names or METRICS
    values, finals = (metrics(now, is_nowcast=is_nowcast) for is_nowcast in (False, True))
    before_finals = metrics(before, is_nowcast=True)
    if not is_comparable:
        before_finals = {name: np.full_like(one, np.nan) for name, one in before_finals.items()}
    columns = [
        [
            one.tolist()
            for one in (values[name], finals[name], before_finals[name], change(finals[name], before_finals[name]))
        ]
        for name in chosen
    ]
    objects = [
        [
            {"value": value, "nowcast": final, "previous": previous, "change": changed}
            for value, final, previous, changed in zip(*columns_of_one, strict=True)
        ]
        for columns_of_one in columns
    ]
    return [dict(zip(chosen, row, strict=True)) for row in zip(*objects, strict=True)]


def currency_cards(totals: Mapping[str, tuple[Ints, Ints]], *, is_comparable: bool) -> list[dict[str, Any]]:
    """The metrics of each currency."""
    if not totals:
        return []
    now, before = (np.stack([sums[side] for sums in totals.values()], axis=1) for side in (0, 1))
    found = cards(now, before, is_comparable=is_comparable)
    return [{"currency": currency} | row for currency, row in zip(totals, found, strict=True)]


def reporting_cards(totals: Mapping[str, tuple[Ints, Ints]], *, is_comparable: bool) -> dict[str, Any]:
    """The sums of all currencies in the reporting currency; null where a rate is missing for part of them."""
    nothing = np.zeros(len(MEASURES), dtype=np.int64)
    both = [sum((sums[side] for sums in totals.values()), nothing) for side in (0, 1)]
    place = {name: at for at, name in enumerate(MEASURES)}
    priced = [sums.copy() for sums in both]
    for sums in priced:
        for name, source in _REPORTING.items():
            sums[place[name]] = sums[place[source]]
    (found,) = cards(priced[0][:, None], priced[1][:, None], "spend", "revenue", "roas", is_comparable=is_comparable)
    for fields, side in ((("value", "nowcast", "change"), 0), (("previous", "change"), 1)):
        for name in ("spend", "revenue"):
            if both[side][place[f"{name}_without_rate"]] > 0:
                for affected in (name, "roas"):
                    found[affected] |= dict.fromkeys(fields)
    missing = place["spend_without_rate"]
    without = [currency for currency, sums in totals.items() if sums[0][missing] > 0 or sums[1][missing] > 0]
    return found | {"withoutRate": sorted(without)}
