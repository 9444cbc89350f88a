"""Stops, young campaigns, heavy tails and shared shocks scored in drawn worlds that the emulated market does not have.

Run: python -m benchmarks.truth_outages

Each world is drawn with numpy alone: days that correlate, conversion rates that vary, tails without a variance. A stop
counts as found when a row of the last day names its cause; reporting delays follow a usual platform's curve. The plain
rule beside it: a value further than 3 standard deviations from the mean of the 28 days before.
"""

from collections.abc import Iterator

import numpy as np
import polars as pl

from adops_pipeline.domain.anomalies import detect_anomalies
from adops_pipeline.domain.anomalies.events import findings
from adops_pipeline.domain.maturity import MaturityCurves
from adops_pipeline_tests.domain.anomalies.worlds import AS_OF, DAYS, Values, campaigns, drawn, on, rows
from benchmarks.score import Score, all_hold, table

CAMPAIGNS = 400
MATURE = {"google-ads": 1}
SHARES = np.array([0.6, 0.75, 0.82, 0.88, 0.92, 0.94, 0.96, 0.97, 0.98, 0.985] + [1.0] * 20)


def judged(values: Values, curves: MaturityCurves | dict[str, int], per_account: int = 1) -> pl.DataFrame:
    """The anomalies of a world."""
    known = campaigns(len(values["spend"]))
    return detect_anomalies(rows(values, per_account), AS_OF, curves, campaigns=known)


def plain(values: Values, name: str, days: int = 1) -> float:
    """Share of campaigns with a value off by more than 3 standard deviations on one of the last days."""
    one = values[name]
    off = np.zeros(len(one), bool)
    for day in range(one.shape[1] - days, one.shape[1]):
        before = one[:, max(day - 28, 0) : day]
        off |= np.abs(one[:, day] - before.mean(axis=1)) > 3 * before.std(axis=1, ddof=1)
    return float(off.mean())


def usual_curves() -> MaturityCurves:
    """A learnt curve of a usual platform, 10 % uncertain."""
    days = len(SHARES)
    table = {
        "platform": ["google-ads"] * days, "lag_days": range(1, days + 1), "share": SHARES, "share_low": 0.9 * SHARES,
        "share_high": np.minimum(1.1 * SHARES, 1.0), "revenue_share": SHARES, "conversions_seen": [500.0] * days,
        "basis": ["learnt"] * days,
    }  # fmt: skip
    return MaturityCurves(pl.DataFrame(table))


def reported(values: Values, seed: int) -> Values:
    """Young days with the conversions that are known by now."""
    share = np.concatenate([np.ones(DAYS - len(SHARES)), SHARES[::-1]])
    known = np.random.default_rng(seed).binomial(values["conversions"].astype(np.int64), share)
    return values | {"conversions": known.astype(np.float64)}


def without(values: Values, days: int, *names: str) -> Values:
    """Zero in these on the last days."""
    last = np.arange(DAYS) >= DAYS - days
    return {name: np.where(last, 0.0, one) if name in names else one for name, one in values.items()}


def stops() -> Iterator[Score]:
    """Found by the second complete day (conversions, 10 a day: by the third), and false ones."""
    everything = ("spend", "impressions", "clicks", "conversions")
    for days in (1, 2):
        stopped = without(drawn(CAMPAIGNS), days, *everything)
        found = judged(stopped, MATURE).filter(pl.col("cause") == "delivery-stopped", pl.col("date") == AS_OF)
        yield Score("delivery stopped, found", found.height / CAMPAIGNS, 0.95, unit="", case=f"day {days}")
        yield Score("… by a plain z > 3", plain(stopped, "spend"), unit="", case=f"day {days}")
    for rate, rho in ((0.0, 0.0), (0.1, 0.3), (0.2, 0.6), (0.2, 0.8)):
        world = f"rate varies {rate:.0%}, rho {rho}"
        for days in (2, 3, 10):
            values = reported(without(drawn(CAMPAIGNS, rate=rate, rho=rho, seed=days), days, "conversions"), days)
            found = judged(values, usual_curves()).filter(pl.col("cause") == "tracking-stopped")
            share = found.filter(pl.col("date") == AS_OF).height / CAMPAIGNS
            limit = 0.95 if days >= 3 else 0.0
            yield Score("conversions stopped, found", share, limit, unit="", case=f"{world}, day {days}")
            told = plain(values, "conversions")
            yield Score("… by a plain z > 3: conversions", told, unit="", case=f"{world}, day {days}")
        nothing = reported(drawn(CAMPAIGNS, rate=rate, rho=rho, seed=99), 99)
        quiet = judged(nothing, usual_curves())
        false = quiet.filter(pl.col("cause").is_not_null())["campaign_id"].n_unique() / CAMPAIGNS
        yield Score("campaigns with a false stop in 28 days", false, high=0.02, unit="", case=world)
        yield Score("… by a plain z > 3: false", plain(nothing, "conversions", 28), unit="", case=world)


def young() -> Iterator[Score]:
    """Spend times ten yesterday, by the days of history; and false alarms on the way."""
    for history in (8, 10, 14, 20, 42, 45, 90):
        values = {name: one[:, -history:].copy() for name, one in drawn(CAMPAIGNS, seed=history).items()}
        quiet = judged(values, MATURE)["campaign_id"].n_unique() / CAMPAIGNS
        yield Score("young campaigns with a false alarm", quiet, high=0.06, unit="", case=f"{history} days")
        values["spend"][: CAMPAIGNS // 4, -1] *= 10.0
        struck = judged(values, MATURE).filter(pl.col("metric") == "spend", pl.col("date") == AS_OF)
        share = struck.filter(pl.col("campaign_id") < f"c{CAMPAIGNS // 4:03}").height / (CAMPAIGNS // 4)
        yield Score("spend × 10 yesterday, found", share, 0.95, unit="", case=f"{history} days")
        told = plain({"spend": values["spend"][: CAMPAIGNS // 4]}, "spend")
        yield Score("… by a plain z > 3: × 10", told, unit="", case=f"{history} days")


def heavy_tails() -> Iterator[Score]:
    """Campaigns with a critical day in a month in which nothing happened, spend with Student's t as its noise.

    Noise that is added instead of multiplied lets spend fall to nothing on one day in two hundred: such days are found,
    as they should be, so that world has no limit.
    """
    for freedom in (2, 3, 5, None):
        rng = np.random.default_rng(freedom or 0)
        shape = (CAMPAIGNS, DAYS)
        z = 0.1 * (rng.standard_normal(shape) if freedom is None else rng.standard_t(freedom, shape))
        case = "normal" if freedom is None else f"t with {freedom} degrees"
        for name, factor in (("", np.exp(np.clip(z, -4.0, 4.0))), (", added", np.maximum(1.0 + z, 0.005))):
            values = drawn(CAMPAIGNS) | {"spend": 200.0 * factor}
            found = judged(values, MATURE)
            critical = found.filter(pl.col("severity") == "critical")["campaign_id"].n_unique() / CAMPAIGNS
            yield Score("quiet, critical days", critical, high=1.0 if name else 0.05, unit="", case=case + name)
            yield Score("… by a plain z > 3: quiet", plain(values, "spend", 28), unit="", case=case + name)


def shared() -> Iterator[Score]:
    """Black Friday: everything times three for four days, in accounts of twenty campaigns, quiet and noisy ones."""
    for noise, rho in ((0.1, 0.0), (0.2, 0.4), (0.3, 0.6)):
        values = drawn(60, noise=noise, rho=rho, rate=noise, seed=4)
        for one in values.values():
            one[:, DAYS - 6 : DAYS - 2] *= 3.0
        rows_of = judged(values, MATURE, per_account=20).with_columns(campaign_name=pl.lit(""))
        limit = 1.0 if noise <= 0.2 else np.inf
        case = f"noise {noise:.0%}, rho {rho}"
        found, days = findings(rows_of), pl.col("date").is_between(on(5), on(2))
        for name, high, some in (
            ("Black Friday, most findings per account and day", limit, found.filter(days)),
            ("… flagged campaigns and metrics, before they are put together", np.inf, rows_of.filter(days)),
            ("… and on the two days after it", limit - 1.0, found.filter(pl.col("date") > on(2))),
        ):
            counts = some.group_by("account_id", "date").len()["len"].to_list()
            yield Score(name, float(max(counts, default=0)), high=high, unit="", case=case)


def scores() -> list[Score]:
    """All of them."""
    return [*stops(), *young(), *heavy_tails(), *shared()]


def main() -> None:
    """Print every score; exit 1 where a limit is missed."""
    found = scores()
    print("\n".join(table(found, by_case=True)))
    raise SystemExit(0 if all_hold(found) else 1)


if __name__ == "__main__":
    main()
