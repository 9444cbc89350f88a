"""The usual weights of forecasts, with which an account begins: `_USUAL` of domain/forecasting/combination.py.

Run: python -m benchmarks.forecast_weights

Past forecasts of simulated accounts (the made-up worlds of benchmarks/forecast_worlds.py and the market's, drawn with
seeds that no other benchmark uses) are stacked together, each account's errors in units of the mean error of its best
forecast. Printed are the weights of each horizon, mean of the metrics, 0.01 added so that none is 0, and the
error of these weights over that of each account's best forecast.
"""

from collections.abc import Iterator, Mapping
from datetime import date

import numpy as np
import polars as pl

from adops_pipeline.domain.allocation.panel import build_panel, clean_daily
from adops_pipeline.domain.experiments.arrays import Floats
from adops_pipeline.domain.forecasting import METRICS
from adops_pipeline.domain.forecasting.calibration import PastForecasts
from adops_pipeline.domain.forecasting.combination import stacked_weights
from adops_pipeline.domain.forecasting.forecast import HISTORY_DAYS, trimmed
from adops_pipeline.domain.forecasting.outlook import VARIANTS
from adops_pipeline.domain.forecasting.walk import plan_walk, prepare, walk
from benchmarks.forecast_worlds import LAST_DAY, MARKET, SYNTHETIC, made_up, market

_DAYS = (2, 7, 11, 16, 28)
_SEEDS, _MARKET_SEEDS = (201, 202, 203), (201, 202)
_LEAST = 0.01
_SCORES, _MANY = 1500, 10**9
_EQUAL = np.full(len(VARIANTS), 1 / len(VARIANTS))


def _accounts() -> Iterator[pl.DataFrame]:
    for name in SYNTHETIC:
        yield from (made_up(name, seed) for seed in _SEEDS)
    for name in MARKET:
        yield from (market(name, seed) for seed in _MARKET_SEEDS)


def _past(daily: pl.DataFrame, last: date) -> Mapping[str, PastForecasts]:
    panel = trimmed(build_panel(clean_daily(daily, last, 0), last, HISTORY_DAYS))
    histories = prepare(panel)
    return {str(metric): past for metric, past in walk(histories, *plan_walk(histories, _DAYS)).items()}


def _errors(past: PastForecasts, horizon: int) -> Floats:
    """Relative errors, scores x forecasts, in units of the mean error of the best forecast."""
    at = past.horizons.index(horizon)
    origin, campaign = np.nonzero(past.is_running & np.isfinite(past.actual[:, at]))
    thin = slice(None, None, max(len(origin) // _SCORES, 1))
    origin, campaign = origin[thin], campaign[thin]
    forecast = past.forecast[:, at].swapaxes(0, 1)[:, origin, campaign].astype(np.float64)
    noise = np.sqrt(horizon * past.variance[origin, campaign].astype(np.float64))
    errors = (forecast - past.actual[origin, at, campaign]) / (forecast.mean(axis=0) + noise + 1e-9)
    errors = np.clip(errors, -1.0, 1.0).T
    return np.asarray(errors / np.abs(errors).mean(axis=0).min(), dtype=np.float64)


def main() -> None:
    """Print a line per horizon."""
    accounts = [_past(daily, LAST_DAY) for daily in _accounts()]
    for horizon in _DAYS:
        found, missed = [], []
        for metric in METRICS:
            errors = np.vstack([_errors(past[metric], horizon) for past in accounts])
            found.append(stacked_weights(0.1 * errors, _EQUAL, _MANY))
            missed.append(float(np.abs(errors @ found[-1]).mean()))
        weights = np.mean(found, axis=0) + _LEAST
        weights /= weights.sum()
        line = ", ".join(f"{weight:.2f}" for weight in weights)
        print(f"{horizon:>3} days [{line}], error {np.mean(missed):.3f}")


if __name__ == "__main__":
    main()
