"""Maturity curves per platform and what is read off them: shares, the first mature day, nowcasts of young days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType

import numpy as np
import polars as pl
from scipy import special

from adops_pipeline.domain.day_panel import Floats, finite
from adops_pipeline.domain.maturity.arrivals import collect_arrivals, pulled_lags
from adops_pipeline.domain.maturity.estimate import lag_shares
from adops_pipeline.domain.platforms import FACTS
from adops_pipeline.domain.tables.maturity import ANALYTICS_MATURITY, MaturityBasis

_HORIZONS = MappingProxyType({platform.value: facts.restatement_days for platform, facts in FACTS.items()})
_BETWEEN_COUNTS = 0.3
"""Conversions by which intervals of fractional ones (shares of a sale) end further out: an interval that ends on whole
counts holds the counts at its ends, and what lies between counts has none. Chosen by score."""
_SCHEMA = ANALYTICS_MATURITY.polars_schema(without=("created_at",))


@dataclass(frozen=True, slots=True)
class MaturityRules:
    """``horizon_days``: lag after which a platform restates nothing (``default_horizon_days`` for others).

    Until data say more, a platform is assumed to know ``prior_first_share`` of a day's conversions the day after, the
    rest to follow exponentially with ``prior_days``; that weighs as ``prior_conversions`` conversions at every lag. The
    interval of the assumption reaches from a platform that knows ``slowest_first_share`` the day after, the rest with
    ``slowest_days``, to one that reports everything on the day. A curve is learnt when days were looked at again on
    ``learnt_after_looks`` days and ``learnt_conversions`` conversions were observed at the usual lag.
    ``interval`` is the probability of all intervals. The newest ``history_days`` days of the history are read.
    """

    horizon_days: Mapping[str, int] = field(default_factory=lambda: _HORIZONS)
    default_horizon_days: int = 30
    prior_first_share: float = 0.65
    prior_days: float = 6.0
    prior_conversions: float = 4.0
    slowest_first_share: float = 0.10
    slowest_days: float = 12.0
    learnt_after_looks: int = 6
    learnt_conversions: float = 100.0
    interval: float = 0.80
    history_days: int = 90

    def __post_init__(self) -> None:
        if min(self.default_horizon_days, *self.horizon_days.values()) < 2:
            raise ValueError("a maturity horizon must be at least 2 days")
        if not 0 < self.slowest_first_share <= self.prior_first_share < 1 or not 0 < self.interval < 1:
            raise ValueError("slowest_first_share, prior_first_share (no less) and interval must lie between 0 and 1")
        if self.history_days < 1:
            raise ValueError("history_days must be at least 1")
        if min(self.prior_days, self.slowest_days, self.prior_conversions) <= 0:
            raise ValueError("prior_days, slowest_days and prior_conversions must be above 0")

    def horizon(self, platform: str) -> int:
        """Days after which nothing changes."""
        return self.horizon_days.get(platform, self.default_horizon_days)

    def prior(self, platform: str) -> Floats:
        """Assumed shares by lag 1..horizon."""
        return self._exponential(platform, self.prior_first_share, self.prior_days)

    def slowest(self, platform: str) -> Floats:
        """Shares by lag 1..horizon of the slowest platform that the assumption covers."""
        return self._exponential(platform, self.slowest_first_share, self.slowest_days)

    def basis(self, looks_again: int, conversions_seen: Floats) -> MaturityBasis:
        """What a curve rests on, by the days on which days were looked at again and the conversions observed by lag."""
        if not conversions_seen.any():
            return "assumed"
        is_learnt = looks_again >= self.learnt_after_looks and np.median(conversions_seen) >= self.learnt_conversions
        return "learnt" if is_learnt else "learning"

    def _exponential(self, platform: str, first_share: float, days: float) -> Floats:
        tail = np.exp(-np.arange(self.horizon(platform)) / days)
        return np.asarray(1.0 - (1.0 - first_share) * (tail - tail[-1]) / (1.0 - tail[-1]))


@dataclass(frozen=True, slots=True)
class MaturityCurves:
    """``table``: platform, lag_days (1..horizon), share, share_low, share_high, revenue_share, conversions_seen,
    basis.

    Shares are of the day's final value, never decrease and end at 1. Lag 0 has none: the day is not over.
    A platform without a curve is taken at the rules' prior.
    """

    table: pl.DataFrame
    rules: MaturityRules = field(default_factory=MaturityRules)

    def shares(self, platform: str, column: str = "share") -> Floats:
        """Shares by lag 1..horizon of the platform."""
        rows = self.table.filter(pl.col("platform") == platform).sort("lag_days")
        if rows.height:
            return rows[column].to_numpy()
        if column == "share_low":
            return self.rules.slowest(platform)
        prior = self.rules.prior(platform)
        return np.ones_like(prior) if column == "share_high" else prior

    def mature_after_days(self, platform: str, share: float = 0.98) -> int:
        """The first lag by which at least ``share`` of a day's conversions is known; at most the horizon."""
        return int(np.argmax(self.shares(platform) >= min(share, 1.0) - 1e-12)) + 1

    def without_unknown(self, widest: float) -> "MaturityCurves":
        """The same with a share of 0 where its interval is wider than ``widest``: such young days say nothing."""
        known = pl.col("share_high") - pl.col("share_low") <= widest
        shares = pl.when(known).then(pl.col("share", "revenue_share")).otherwise(0.0)
        return MaturityCurves(self.table.with_columns(shares.name.keep()), self.rules)

    def with_maturity(self, daily: pl.DataFrame, as_of: date) -> pl.DataFrame:
        """``daily`` (platform, date, ...) with ``maturity`` and ``revenue_maturity``, as known the day after ``as_of``.

        ``as_of`` is the last complete day; days after it get a share of 0.
        """
        known = self._known(daily, as_of, ("share", "revenue_share"))
        return daily.with_columns(pl.Series("maturity", known[0]), pl.Series("revenue_maturity", known[1]))

    def with_ages(self, daily: pl.DataFrame, as_of: date) -> pl.DataFrame:
        """As ``with_maturity``, with the ends of the shares' interval and what the curve rests on.

        Adds maturity, revenue_maturity, maturity_low, maturity_high and maturity_basis.
        """
        known = self._known(daily, as_of, ("share", "revenue_share", "share_low", "share_high"))
        names = ("maturity", "revenue_maturity", "maturity_low", "maturity_high")
        bases = dict(self.table.select("platform", "basis").unique().iter_rows())
        basis = pl.col("platform").replace_strict(bases, default="assumed", return_dtype=pl.String)
        shares = [pl.Series(name, values) for name, values in zip(names, known, strict=True)]
        return daily.with_columns(*shares, basis.alias("maturity_basis"))

    def _known(self, daily: pl.DataFrame, as_of: date, columns: Sequence[str]) -> list[Floats]:
        """Each of the curves' ``columns`` at the ages of the rows of ``daily``."""
        age = ((pl.lit(as_of) - pl.col("date")).dt.total_days() + 1).fill_null(0)
        platform, ages = daily["platform"].cast(pl.String), daily.select(age).to_series().to_numpy()
        names = platform.unique().drop_nulls().to_list()
        longest = max((len(self.shares(name)) for name in names), default=0)
        at = np.clip(ages, 0, longest)
        for number, name in enumerate(names, start=1):
            at[(platform == name).fill_null(value=False).to_numpy()] += number * (longest + 1)
        return [self._lookup(names, column, longest)[at] for column in columns]

    def _lookup(self, names: Sequence[str], column: str, longest: int) -> Floats:
        """Shares by age 0..``longest``, one stretch after the other: of no platform, then of each of ``names``."""
        stretches = [np.zeros(longest + 1)]
        for name in names:
            curve = np.concatenate(([0.0], self.shares(name, column)))
            stretches.append(np.pad(curve, (0, longest + 1 - len(curve)), mode="edge"))
        return np.concatenate(stretches)

    def nowcast(self, daily: pl.DataFrame, as_of: date, *, with_interval: bool = True) -> pl.DataFrame:
        """Nowcast of the final values of ``daily`` (platform, date, conversions, revenue, ...).

        Adds maturity, revenue_maturity, conversions_final, conversions_low, conversions_high and revenue_final. The
        estimate is the known value over its share. The interval joins two errors: what is still to come is a negative
        binomial (the known part is Poisson and its mean has Jeffreys' prior), and the share itself is uncertain. A day
        with no share yet has NULLs. ``with_interval``: without it conversions_low and conversions_high are left out;
        their quantiles take most of the time.
        """
        rows = self.with_maturity(daily, as_of)
        known = rows.select(finite("conversions"), finite("revenue"), "maturity", "revenue_maturity")
        estimates = rows.with_columns(
            pl.when(known["maturity"] > 0).then(known["conversions"] / known["maturity"]).alias("conversions_final"),
            pl.when(known["revenue_maturity"] > 0)
            .then(known["revenue"] / known["revenue_maturity"])
            .alias("revenue_final"),
        )
        if not with_interval:
            return estimates
        seen, share = known["conversions"].to_numpy(), known["maturity"].to_numpy()
        share_low, share_high = self._known(daily, as_of, ("share_low", "share_high"))
        low, high = np.where(share > 0, seen, np.nan), np.where(share > 0, seen, np.nan)
        young = (share > 0) & (share < 1)
        low[young], high[young] = _young_interval(
            seen[young], share[young], share_low[young], share_high[young], self.rules.interval
        )
        return estimates.with_columns(
            pl.Series("conversions_low", low).fill_nan(None), pl.Series("conversions_high", high).fill_nan(None)
        )


def estimate_maturity(
    revisions: pl.DataFrame, pulls: pl.DataFrame, rules: MaturityRules | None = None
) -> MaturityCurves:
    """Curves for every platform of ``revisions`` and ``pulls``.

    ``revisions`` has platform, account_id, campaign_id, date, pulled_at, lag_days, conversions, revenue: a row where a
    day was first seen or changed. ``pulls`` is described at ``pulled_lags``: it tells what was looked at and had not
    changed. Revenue counts per account in units of its revenue per conversion, so currencies weigh alike.
    """
    rules = rules or MaturityRules()
    newest = revisions["date"].max()
    if isinstance(newest, date):
        revisions = revisions.filter(pl.col("date") > newest - timedelta(days=rules.history_days))
    spread = float(special.ndtri(0.5 + rules.interval / 2))
    tables = []
    for platform in sorted({*revisions["platform"].unique().to_list(), *pulls["platform"].unique().to_list()}):
        horizon, prior = rules.horizon(platform), rules.prior(platform)
        looks = pulled_lags(pulls.filter(pl.col("platform") == platform), horizon)
        own = _in_conversions(revisions.filter(pl.col("platform") == platform))
        collected = collect_arrivals(own, looks, ("conversions", "revenue"), horizon)
        arrivals = collected["conversions"]
        share, error, seen = lag_shares(arrivals, prior, rules.prior_conversions)
        revenue_share, _, _ = lag_shares(collected["revenue"], share, rules.prior_conversions)
        lags = np.arange(1, horizon + 1)
        basis = rules.basis(_looks_again(pulls.filter(pl.col("platform") == platform)), seen)
        low, high = share * np.exp(-spread * error), np.minimum(share * np.exp(spread * error), 1.0)
        if basis == "assumed":
            low, high = np.minimum(rules.slowest(platform), share), np.ones(horizon)
        tables.append(
            pl.DataFrame(
                {
                    "platform": [platform] * horizon,
                    "lag_days": lags,
                    "share": share,
                    "share_low": low,
                    "share_high": high,
                    "revenue_share": revenue_share,
                    "conversions_seen": seen,
                    "basis": [basis] * horizon,
                },
                schema=_SCHEMA,
            )
        )
    return MaturityCurves(pl.concat(tables) if tables else pl.DataFrame(schema=_SCHEMA), rules)


def _looks_again(pulls: pl.DataFrame) -> int:
    """On how many days an account's days were looked at again: at most one less than the days of its pulls."""
    days = pulls.group_by("account_id").agg(pl.col("pulled_on").n_unique()).get_column("pulled_on").max()
    return int(days) - 1 if isinstance(days, int) else 0


def _young_interval(
    seen: Floats, share: Floats, share_low: Floats, share_high: Floats, interval: float
) -> tuple[Floats, Floats]:
    """Interval of the final conversions of days of which ``share`` is known, between its bounds with the same interval.

    The two errors are independent: their distances from the estimate are added in quadrature, each side by itself.
    """
    final, tail = seen / share, (1.0 - interval) / 2
    outwards = np.where(seen % 1.0 > 0, _BETWEEN_COUNTS, 0.0)
    arrivals_low = seen + _nearest_quantile(tail, seen + 0.5, share, below=True) - outwards
    arrivals_high = seen + _nearest_quantile(1.0 - tail, seen + 0.5, share, below=False) + outwards
    low = final - np.hypot(np.maximum(final - arrivals_low, 0.0), final - seen / np.maximum(share_high, share))
    high = final + np.hypot(np.maximum(arrivals_high - final, 0.0), seen / np.minimum(share_low, share) - final)
    return np.maximum(low, seen), np.maximum(high, arrivals_high)


def _nearest_quantile(quantile: float, successes: Floats, share: Floats, *, below: bool) -> Floats:
    """The count whose tail is nearest to the quantile's: the classic quantile always leaves too little in the tails.

    ``below``: as a lower bound (the probability below it counts), else as an upper one (that up to it).
    """
    count = _negative_binomial(quantile, successes, share)
    up_to = special.betainc(successes, count + 1, share)
    before = np.where(count > 0, special.betainc(successes, np.maximum(count, 1.0), share), 0.0)
    is_before_nearer = quantile - before < up_to - quantile
    if below:
        return np.asarray(np.where(is_before_nearer, count, count + 1), dtype=np.float64)
    return np.asarray(np.where(is_before_nearer, np.maximum(count - 1, 0.0), count), dtype=np.float64)


def _in_conversions(revisions: pl.DataFrame) -> pl.DataFrame:
    """Revenue in units of the account's revenue per conversion."""
    rows = revisions.with_columns(finite("conversions"), finite("revenue"))
    sums = rows.group_by("account_id").agg(unit=pl.col("revenue").sum() / pl.col("conversions").sum())
    unit = pl.col("unit")
    scaled = pl.when(unit.is_finite() & (unit > 0)).then(pl.col("revenue") / unit).otherwise(0.0).alias("revenue")
    return rows.join(sums, on="account_id", how="left").with_columns(scaled).drop("unit")


def _negative_binomial(quantile: float, successes: Floats, share: Floats) -> Floats:
    """Quantiles of the number of failures before ``successes``, each of probability ``share``.

    By `scipy.special`, for `scipy.stats` costs a quarter of a second of every start.
    """
    count = np.ceil(special.nbdtrik(quantile, successes, share))
    below = np.maximum(count - 1, 0)
    return np.asarray(np.where(special.betainc(successes, below + 1, share) >= quantile, below, count))
