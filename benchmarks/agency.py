"""A made-up agency in a warehouse file: N campaigns × 365 days, with a year of pacing and months of restatements.

For measuring time and memory, not for scoring: three platforms, four currencies, weekday habits, moved budgets, starts,
ends, pauses, days without spend, results that arrive late. The same (campaigns, seed) gives the same file.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import polars as pl

from adops_pipeline.domain.vocabulary import CampaignStatus, Platform, Report
from adops_pipeline.sandbox.market.traits import LAST_LAG_DAY, lag_curve

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
Dates = npt.NDArray[np.datetime64]

DAYS = 365
LAST_DAY = date(2026, 10, 20)
"""The last complete day of every account; three weeks into a month."""
NOW = datetime(2026, 10, 21, 6, tzinfo=UTC)
_WATCHED_DAYS = 130
"""Days whose values were followed by a pull every morning."""
_LOOKBACK = 30
_PER_ACCOUNT = 50
_CHUNK = 500
_PLATFORMS = tuple(Platform)
_CURRENCIES = (("USD", "America/New_York", 1.0), ("EUR", "Europe/Berlin", 0.9), ("GBP", "Europe/London", 0.8),
               ("JPY", "UTC", 150.0))  # fmt: skip
_WEEK = np.array([[1.08, 1.07, 1.05, 1.03, 0.99, 0.88, 0.90], [0.9, 0.9, 0.95, 1.0, 1.05, 1.1, 1.1],
                  [0.94, 0.93, 0.94, 0.97, 1.00, 1.10, 1.12]])  # fmt: skip
_OBJECTIVES = ("sales", "traffic", "awareness")


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Some campaigns as arrays: one value per campaign, or campaigns x days."""

    number: Counts
    platform: Counts
    currency: Counts
    start: Counts
    end: Counts
    is_paused: npt.NDArray[np.bool_]
    budget: Floats
    """Campaigns x days: the daily budget in force."""
    spend: Floats
    impressions: Counts
    clicks: Counts
    arrivals: Counts
    """Campaigns x watched days x lags from 1: conversions that come k days later, those of the day itself at lag 1."""
    conversions: Counts
    value: Floats

    @property
    def account(self) -> Counts:
        """Accounts hold campaigns of one platform and currency."""
        return self.number // _PER_ACCOUNT


def build(con: duckdb.DuckDBPyConnection, campaigns: int, seed: int = 1) -> int:
    """Fill the tables that the analyses read; gives the number of daily rows. The tables exist and are empty."""
    rng = np.random.default_rng((seed, campaigns))
    rows = 0
    for first in range(0, campaigns, _CHUNK):
        chunk = _draw(rng, np.arange(first, min(first + _CHUNK, campaigns)))
        rows += _insert(con, "analytics_metrics", _daily(chunk, rng))
        for table, frame in (("analytics_metric_revisions", _revisions(chunk)), ("campaigns", _campaigns(chunk))):
            _insert(con, table, frame)
        _insert(con, "analytics_budgets", _former_pacing(chunk))
        _insert(con, "campaign_budget_history", _budget_history(chunk))
    accounts = np.arange(-(-campaigns // _PER_ACCOUNT))
    _insert(con, "ad_accounts", _accounts(accounts))
    _insert(con, "raw_pulls", _pulls(accounts))
    return rows


def _draw(rng: np.random.Generator, number: Counts) -> _Chunk:
    n, day = len(number), np.arange(DAYS)
    account = number // _PER_ACCOUNT
    platform, currency = account % 3, account // 3 % len(_CURRENCIES)
    unit = np.array([u for *_, u in _CURRENCIES])[currency]
    start = np.where(rng.random(n) < 0.9, -rng.integers(0, 300, n), rng.integers(0, DAYS - 5, n))
    end = np.where(rng.random(n) < 0.1, start.clip(0) + rng.integers(20, 400, n), 10 * DAYS)
    is_paused = rng.random(n) < 0.05
    moves = np.exp(np.cumsum(rng.normal(0, 0.35, (n, DAYS)) * (rng.random((n, DAYS)) < 0.012), axis=1))
    budget = np.round(rng.lognormal(np.log(80), 0.9, n)[:, None] * moves, 0).clip(5) * unit[:, None]
    week = _WEEK[platform][:, (day + (LAST_DAY - timedelta(days=DAYS - 1)).weekday()) % 7]
    live = (day >= start[:, None]) & (day <= end[:, None]) & (rng.random((n, DAYS)) > 0.01)
    live &= ~(is_paused[:, None] & (day > DAYS - rng.integers(1, 40, n)[:, None]))
    spend = np.round(budget * week * rng.lognormal(-0.02, 0.18, (n, DAYS)) * live * rng.uniform(0.8, 1.0, (n, 1)), 2)
    impressions = rng.poisson(spend / unit[:, None] / rng.uniform(4, 40, (n, 1)) * 1000)
    clicks = rng.binomial(impressions, rng.uniform(0.006, 0.04, (n, 1)))
    level = rng.lognormal(np.log(4), 1.0, (n, 1))
    share = spend / (spend + np.median(budget, axis=1, keepdims=True) * rng.uniform(0.5, 2.0, (n, 1)))
    mean = 2 * level * share * (spend > 0)
    curves = np.array([np.diff(np.array(lag_curve(p))[1:], prepend=0.0) for p in _PLATFORMS])
    arrivals = rng.poisson(mean[:, -_WATCHED_DAYS:, None] * curves[platform][:, None, :])
    age = np.arange(_WATCHED_DAYS, 0, -1)
    known = (arrivals * (np.arange(1, LAST_LAG_DAY + 1) <= age[:, None])).sum(axis=2)
    conversions = np.concatenate((rng.poisson(mean[:, :-_WATCHED_DAYS]), known), axis=1)
    value = rng.uniform(20, 90, n) * unit
    return _Chunk(
        number, platform, currency, start, end, is_paused, budget, spend, impressions, clicks, arrivals, conversions,
        value,
    )  # fmt: skip


def _names(chunk: _Chunk, row: Counts) -> dict[str, Any]:
    """Platform, account, campaign and currency of the campaigns at ``row``."""
    return {
        "platform": np.array([p.value for p in _PLATFORMS])[chunk.platform[row]],
        "account_id": (chunk.account[row] + 1000).astype(str),
        "campaign_id": (chunk.number[row] + 700_000_000).astype(str),
        "currency": np.array([code for code, *_ in _CURRENCIES])[chunk.currency[row]],
    }


def _daily(chunk: _Chunk, rng: np.random.Generator) -> pl.DataFrame:
    row, day = np.nonzero(chunk.impressions + chunk.conversions)
    sold = chunk.conversions[row, day]
    measures = {
        "date": _dates(day),
        "impressions": chunk.impressions[row, day],
        "clicks": chunk.clicks[row, day],
        "spend": chunk.spend[row, day],
        "conversions": sold.astype(np.float64),
        "revenue": np.round(sold * chunk.value[row] * rng.uniform(0.8, 1.2, len(row)), 2),
    }
    ratios = {"ctr": ("clicks", "impressions"), "cpc": ("spend", "clicks"), "cpa": ("spend", "conversions"),
              "roas": ("revenue", "spend")}  # fmt: skip
    frame = pl.DataFrame({**_names(chunk, row), **measures})
    return frame.with_columns(
        *(pl.when(pl.col(b) > 0).then(pl.col(a) / pl.col(b)).alias(name) for name, (a, b) in ratios.items()),
        campaign_name=pl.format("Campaign {}", "campaign_id"),
        platform_metrics=pl.lit("{}"),
    )


def _revisions(chunk: _Chunk) -> pl.DataFrame:
    """A row where a watched day was first seen, and one for every later pull that found more conversions."""
    age, lag = np.arange(_WATCHED_DAYS, 0, -1), np.arange(1, LAST_LAG_DAY + 1)
    shown = chunk.impressions[:, -_WATCHED_DAYS:] > 0
    told = (chunk.arrivals > 0) | (lag == 1)
    row, day, at = np.nonzero(told & shown[:, :, None] & (lag <= age[:, None]))
    sold = np.cumsum(chunk.arrivals, axis=2)[row, day, at].astype(np.float64)
    own = day + DAYS - _WATCHED_DAYS
    names = {name: values for name, values in _names(chunk, row).items() if name != "currency"}
    found = {
        "date": _dates(own),
        "pulled_at": _dates(own + lag[at]).astype("datetime64[us]") + np.timedelta64(6, "h"),
        "lag_days": lag[at].astype(np.int32),
        "impressions": chunk.impressions[row, own],
        "clicks": chunk.clicks[row, own],
        "spend": chunk.spend[row, own],
        "conversions": sold,
        "revenue": np.round(sold * chunk.value[row], 2),
    }
    return pl.DataFrame({**names, **found})


def _campaigns(chunk: _Chunk) -> pl.DataFrame:
    """Most with daily budgets, some with a flight's, some in twos on a shared one, a few without."""
    every = np.arange(len(chunk.number))
    kind, now = chunk.number % 20, chunk.budget[:, -1]
    has_flight = (kind < 2) & (chunk.end < 10 * DAYS)
    is_shared = np.isin(kind, (2, 3))
    today = DAYS
    status = np.select(
        [chunk.end < today, chunk.is_paused], [CampaignStatus.ENDED.value, CampaignStatus.PAUSED.value],
        CampaignStatus.ACTIVE.value,
    )  # fmt: skip
    days = np.minimum(chunk.end, 10 * DAYS) - chunk.start + 1
    first = _dates(np.zeros(1, dtype=np.int64))[0]
    frame = pl.DataFrame(
        {
            **_names(chunk, every),
            "status": status,
            "objective": np.array(_OBJECTIVES)[chunk.number % 3],
            "daily_budget": np.where(has_flight | (kind == 4), np.nan, now),
            "lifetime_budget": np.where(has_flight, now * days, np.nan),
            "is_shared_budget": is_shared,
            "shared_budget_id": np.where(is_shared, (chunk.number // 20 + 900_000).astype(str), ""),
            "start_date": first + chunk.start.astype("timedelta64[D]"),
            "end_date": first + np.minimum(chunk.end, 10 * DAYS).astype("timedelta64[D]"),
        }
    )
    return frame.rename({"campaign_id": "external_id"}).with_columns(
        pl.col("daily_budget", "lifetime_budget").fill_nan(None),
        pl.col("shared_budget_id").replace("", None),
        pl.when(pl.Series(chunk.end < 10 * DAYS)).then("end_date").alias("end_date"),
        id=pl.format("{}:{}", "platform", "external_id"),
        name=pl.format("Campaign {}", "external_id"),
    )


def _former_pacing(chunk: _Chunk) -> pl.DataFrame:
    """What a year of daily pacing left behind, as far as it weighs on replacing rows."""
    row, day = np.nonzero(np.arange(DAYS - 1) >= chunk.start[:, None])
    words = {"status": pl.lit("on-track"), "basis": pl.lit("daily"), "recommendation": pl.lit("Keep it.")}
    frame = pl.DataFrame({**_names(chunk, row), "as_of": _dates(day), "daily_budget": chunk.budget[row, day]})
    return frame.with_columns(
        **words, period_start=pl.col("as_of").dt.month_start(), period_end=pl.col("as_of").dt.month_end()
    )


def _budget_history(chunk: _Chunk) -> pl.DataFrame:
    """The budgets by the first day on which they applied."""
    first = np.arange(DAYS) == chunk.start.clip(0)[:, None]
    moved = np.diff(chunk.budget, axis=1, prepend=0.0) != 0
    row, day = np.nonzero(first | (moved & (np.arange(DAYS) > chunk.start.clip(0)[:, None])))
    frame = pl.DataFrame({**_names(chunk, row), "valid_from": _dates(day), "daily_budget": chunk.budget[row, day]})
    return frame.with_columns(source=pl.lit("pull"))


def _accounts(accounts: Counts) -> pl.DataFrame:
    codes = [_CURRENCIES[int(a) // 3 % len(_CURRENCIES)] for a in accounts]
    return pl.DataFrame(
        {
            "platform": [_PLATFORMS[int(a) % 3].value for a in accounts],
            "account_id": (accounts + 1000).astype(str),
            "currency": [code for code, *_ in codes],
            "timezone": [zone for _, zone, _ in codes],
        }
    )


def _pulls(accounts: Counts) -> pl.DataFrame:
    """One pull of all days before the watched ones, then one every morning."""
    mornings = [NOW - timedelta(days=n) for n in range(_WATCHED_DAYS)]
    first = LAST_DAY - timedelta(days=DAYS - 1)
    ranges = [(m, m.date() - timedelta(days=_LOOKBACK), m.date() - timedelta(days=1)) for m in mornings]
    ranges.append((mornings[-1] - timedelta(days=1), first, mornings[-1].date() - timedelta(days=2)))
    looks = pl.DataFrame(
        [(m.replace(tzinfo=None), start, end) for m, start, end in ranges],
        schema=["pulled_at", "range_start", "range_end"],
        orient="row",
    )
    named = _accounts(accounts).join(looks, how="cross").with_row_index("number")
    words = {"report": Report.CAMPAIGN_DAILY.value, "state": "applied", "sha256": ""}
    return named.drop("number").with_columns(
        pull_id=pl.format("pull {}", named["number"]),
        path=pl.format("{}.ndjson.zst", named["number"]),
        rows=pl.lit(0),
        bytes=pl.lit(0),
        **{name: pl.lit(word) for name, word in words.items()},
    )


def _dates(day: Counts) -> Dates:
    return np.datetime64(LAST_DAY - timedelta(days=DAYS - 1)) + day.astype("timedelta64[D]")


def _insert(con: duckdb.DuckDBPyConnection, table: str, frame: pl.DataFrame) -> int:
    """Append ``frame``; the registry's columns that it lacks stay NULL."""
    con.register("made_up", frame.to_arrow())
    con.execute(f'INSERT INTO "{table}" BY NAME SELECT * FROM made_up')
    con.unregister("made_up")
    return frame.height
