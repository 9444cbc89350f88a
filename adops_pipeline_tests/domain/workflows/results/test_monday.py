"""A Monday's report in the simulated market, whose final values are known: young days are not taken for bad ones."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import polars as pl
import pytest

from adops_pipeline.domain.maturity import MaturityCurves, estimate_maturity
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.domain.workflows.parameters import ChannelParameters
from adops_pipeline.domain.workflows.results import report_channels
from adops_pipeline.domain.workflows.results.channel_totals import COLUMNS
from adops_pipeline.sandbox.market import Market

MONDAY = date(2025, 6, 16)
SUNDAY = MONDAY - timedelta(days=1)
PULLS, LOOKBACK = 10, 30
P = Platform.META_ADS
_NAMES = (
    "platform", "account_id", "campaign_id", "date", "impressions", "clicks", "conversions", "spend", "revenue",
)  # fmt: skip


@dataclass(frozen=True)
class _Days:
    """The market's days of one platform, as known on each morning."""

    market: Market
    accounts: tuple[str, ...]

    def known_on(self, morning: date, first: date, last: date) -> pl.DataFrame:
        rows = [
            (str(P), account, day.campaign_id, day.date, day.impressions, day.clicks, float(day.conversions), day.spend,
             day.revenue)
            for account in self.accounts
            for day in self.market.campaign_days(account, first, last, datetime.combine(morning, time(12), UTC))
        ]  # fmt: skip
        return pl.DataFrame(rows, schema={name: COLUMNS[name] for name in _NAMES}, orient="row")


@pytest.fixture(scope="module")
def days() -> _Days:
    market = Market()
    return _Days(market, tuple(a.account_id for a in market.accounts(P) if not a.is_manager))


@pytest.fixture(scope="module")
def curves(days: _Days) -> MaturityCurves:
    """Learnt from the pulls of the days before."""
    revisions, pulls = [], []
    for back in range(PULLS, -1, -1):
        today = MONDAY - timedelta(days=back)
        first, last = today - timedelta(days=LOOKBACK), today - timedelta(days=1)
        lag = (pl.lit(today) - pl.col("date")).dt.total_days().alias("lag_days")
        pulled = pl.lit(datetime.combine(today, time(12))).alias("pulled_at")
        revisions.append(days.known_on(today, first, last).with_columns(lag, pulled))
        pulls += [(str(P), account, first, last, today) for account in days.accounts]
    names = ["platform", "account_id", "range_start", "range_end", "pulled_on"]
    return estimate_maturity(pl.concat(revisions), pl.DataFrame(pulls, schema=names, orient="row"))


def _weeks(days: _Days, factor: float) -> pl.DataFrame:
    """Last week as known on Monday, with ``factor`` times the conversions of the week before: its days are the same."""
    first = SUNDAY - timedelta(days=6)
    now = days.known_on(MONDAY, first, SUNDAY)
    # The very same days as they are known when they are a week older.
    past = days.known_on(MONDAY + timedelta(days=7), first, SUNDAY).with_columns(pl.col("date").dt.offset_by("-7d"))
    times = [pl.col("conversions") * factor, (pl.col("revenue") * Decimal(repr(factor))).cast(COLUMNS["revenue"])]
    rates = {a.account_id: "0.0066" if a.currency == "JPY" else "1" for a in days.market.accounts(P)}
    rate = pl.col("account_id").replace_strict(rates).cast(pl.Decimal(38, 4))
    priced = [(pl.col(name) * rate).cast(COLUMNS[name]).alias(f"{name}_reporting") for name in ("spend", "revenue")]
    return pl.concat([now.with_columns(times), past]).with_columns(*priced, pl.lit("XTS").alias("currency"))


def _changes(rows: pl.DataFrame) -> dict[str, float]:
    table = report_channels(rows, ChannelParameters(), "EUR").tables[1]
    return {str(name): float(str(value)) for name, value in zip(table.columns[1:], table.rows[-1][1:], strict=True)}


def test_an_unchanged_week_is_called_unchanged(days: _Days, curves: MaturityCurves) -> None:
    rows = _weeks(days, 1.0)
    assert _changes(rows)["conversions"] < -10, "compared as they are known, the younger week looks like a collapse"
    aged = curves.with_ages(rows, SUNDAY)
    changes = _changes(aged)
    assert changes["spend"] == pytest.approx(0, abs=0.1)
    for metric in ("conversions", "revenue", "cpa", "roas"):
        assert changes[metric] == pytest.approx(0, abs=3)
    assert report_channels(aged, ChannelParameters(), "EUR").found == ()


@pytest.mark.parametrize("factor", [1.2, 0.8])
def test_a_true_change_is_seen_with_its_interval(days: _Days, curves: MaturityCurves, factor: float) -> None:
    rows = curves.with_ages(_weeks(days, factor), SUNDAY)
    parameters = ChannelParameters.model_validate({"thresholds": {"changePct": 12}})
    of_all = [f for f in report_channels(rows, parameters, "EUR").found if f.subject.platform is None]
    assert {f.numbers["metric"] for f in of_all} == {"conversions", "revenue", "cpa", "roas"}
    for finding in of_all:
        true = 100 * (1 / factor - 1) if finding.numbers["metric"] == "cpa" else 100 * (factor - 1)
        change, low, high = (float(str(finding.numbers[f"change_pct{end}"])) for end in ("", "_low", "_high"))
        assert change == pytest.approx(true, abs=4)
        assert low < true < high
        assert low * high > 0, "no change is outside of the interval"
