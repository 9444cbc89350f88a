"""Charts of a campaign: its days with what happened on them, and the forecast of its month."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import accumulate
from typing import Any

from adops_pipeline.dashboard.charts import Band, Chart, Mark, Series, Shade, Unit
from adops_pipeline.dashboard.sql_text import quoted
from adops_pipeline.services.documents.overview import Span, TrendDay

_COUNT = Unit("count", digits=1)
_DAY_OF_MONTH = Unit("count", digits=0)
_LONGEST_LABEL = 24
_LABELS_APART = timedelta(days=4)


def day_marks(anomalies: Sequence[Any], changes: Sequence[Any], events: Sequence[Any]) -> list[Mark]:
    """One mark for each day on which something happened: an anomaly, a change of settings, an event.

    Marks that are close together share the label of the first, as theirs would overlap.
    """
    found: dict[str, tuple[str, list[str]]] = {}
    for rows, colour, day, label in (
        (anomalies, "bad", "date", lambda row: f"{row.metric} {row.direction}"),
        (changes, "accent", "changeDate", lambda row: row.field.replace("_", " ")),
        (events, "ink-3", "date", lambda row: row.name),
    ):
        for row in rows:
            _, labels = found.setdefault(str(getattr(row, day)), (colour, []))
            if label(row) not in labels:
                labels.append(label(row))
    marks: list[Mark] = []
    named: date | None = None
    for day, (colour, labels) in sorted(found.items()):
        at = date.fromisoformat(day)
        is_near = named is not None and at - named < _LABELS_APART
        named = named if is_near else at
        marks.append(Mark("" if is_near else _shortened(", ".join(labels)), at=day, colour=colour))
    return marks


def spend_chart(campaign_id: str, days: Sequence[TrendDay], currency: str, span: Span, marks: Sequence[Mark]) -> Chart:
    """Spend by day."""
    return Chart(
        id="campaign-spend",
        kind="lines",
        title="Spend",
        summary="Spend of each day; anomalies, changes and events are marked.",
        places=[str(day.date) for day in days],
        place_name="Day",
        unit=Unit("money", currency),
        series=[Series("Spend", [day.spend for day in days])],
        sql=_sql(campaign_id, "spend", span),
        marks=marks,
    )


def conversions_chart(campaign_id: str, days: Sequence[TrendDay], span: Span) -> Chart:
    """Conversions by day, as reported and as expected; days whose conversions are still to come are shaded."""
    immature = [str(day.date) for day in days if day.is_immature]
    expected = [day.conversions_nowcast if day.is_immature else None for day in days]
    series = [Series("Reported", [day.conversions for day in days])]
    if immature:
        series.append(Series("Expected", expected, "chart-2", is_dashed=True))
    return Chart(
        id="campaign-conversions",
        kind="lines",
        title="Conversions",
        summary="Conversions of each day as reported so far, and as expected once all are known.",
        places=[str(day.date) for day in days],
        place_name="Day",
        unit=_COUNT,
        series=series,
        sql=_sql(campaign_id, "conversions, conversions_share_known", span),
        shades=[Shade(immature[0], immature[-1], "not complete yet")] if len(immature) > 1 else [],
    )


def forecast_chart(row: Any, days: Sequence[TrendDay]) -> Chart:  # noqa: ANN401 - a row of GET /api/analytics/forecasts
    """The month of a metric: the sum so far by day, and the likely total with its interval.

    ``days`` are those of the month that have data, in order.
    """
    unit = _COUNT if row.metric == "conversions" else Unit("money", row.currency)
    known = [0.0, *accumulate(getattr(day, row.metric) or 0.0 for day in days)]
    places = [0, *(day.date.day for day in days)]
    if places[-1] < row.asOf.day:  # the last days had no delivery
        known, places = [*known, known[-1]], [*places, row.asOf.day]
    before: list[float | None] = [None] * (len(known) - 1)
    low, likely, high = ([*before, known[-1], end] for end in (row.totalLow, row.total, row.totalHigh))
    return Chart(
        id=f"forecast-{row.metric}",
        kind="lines",
        title=f"Forecast of {row.metric} to the month's end",
        summary="The sum of the month so far, then the likely way to the total with its 80 % interval.",
        places=[*places, row.periodEnd.day],
        place_name="Day of the month",
        place_unit=_DAY_OF_MONTH,
        unit=unit,
        series=[
            Series("So far", [*known, None]),
            Series("Likely", likely, is_dashed=True, band=Band("80 % interval", low, high)),
        ],
        sql=_forecast_sql(row),
    )  # fmt: skip


def _forecast_sql(row: Any) -> str:  # noqa: ANN401 - as above
    """The sums of the month's days, then the total."""
    of = _of(row.platform, row.campaignId)
    return (
        f"SELECT date, sum(sum({row.metric})) OVER (ORDER BY date) AS so_far,\n"
        "  NULL AS total, NULL AS total_low, NULL AS total_high\nFROM analytics_metrics\n"
        f"WHERE {of}\n  AND date BETWEEN DATE {quoted(row.periodStart)} AND DATE {quoted(row.asOf)}\nGROUP BY date\n"
        "UNION ALL\nSELECT period_end, actual_to_date, total, total_low, total_high\nFROM analytics_forecasts\n"
        f"WHERE {of} AND metric = {quoted(row.metric)}\n  AND period_start = DATE {quoted(row.periodStart)}\n"
        "ORDER BY date"
    )


def _sql(campaign_id: str, columns: str, span: Span) -> str:
    platform, _, own = campaign_id.partition(":")
    where = f"{_of(platform, own)}\n  AND date BETWEEN DATE {quoted(span.first)} AND DATE {quoted(span.last)}"
    return f"SELECT date, {columns}\nFROM analytics_metrics\nWHERE {where}\nORDER BY date"


def _of(platform: str, campaign: str) -> str:
    return f"platform = {quoted(platform)} AND campaign_id = {quoted(campaign)}"


def _shortened(label: str) -> str:
    return label if len(label) <= _LONGEST_LABEL else f"{label[: _LONGEST_LABEL - 1]}…"


BENCHMARK_UNITS: Mapping[str, Unit] = {
    "ctr": Unit("percent"), "cpc": Unit("money"), "cpa": Unit("money"), "roas": Unit("ratio"),
}  # fmt: skip
