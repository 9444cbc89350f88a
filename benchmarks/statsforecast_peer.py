"""The statsforecast side of benchmarks/forecast_peers.py: sums forecast by AutoETS and by the seasonal naive method.

Run by that benchmark with the Python of an environment that has statsforecast: imports nothing else of this project.
Reads histories (a row per case, oldest day first, NaN before a series' first day) and the days to add up from the first
file, writes forecast and 80 % interval of each sum to the second. Intervals of sums come from simulated paths.
"""

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from statsforecast.models import AutoETS, SeasonalNaive

Floats = NDArray[np.float64]
_PATHS = 200
_WEEK = 7


def summed(model: Callable[[], Any], history: Floats, spans: list[int]) -> list[tuple[float, float, float]]:
    """Forecast, low and high of the sums over the first days of each of ``spans``."""
    fitted = model().fit(history)
    mean = np.maximum(fitted.predict(h=max(spans))["mean"], 0.0)
    paths = np.maximum(fitted.simulate(h=max(spans), n_paths=_PATHS, seed=1), 0.0).reshape(_PATHS, max(spans))
    found = []
    for span in spans:
        low, high = np.quantile(paths[:, :span].sum(axis=1), (0.1, 0.9), method="weibull")
        found.append((float(mean[:span].sum()), float(low), float(high)))
    return found


def main() -> None:
    """Forecast every case with both methods."""
    given = np.load(sys.argv[1])
    results = {}
    for name, model in (
        ("AutoETS", lambda: AutoETS(season_length=_WEEK)),
        ("seasonal naive", lambda: SeasonalNaive(season_length=_WEEK)),
    ):
        rows = []
        for history, spans in zip(given["histories"], given["spans"], strict=True):
            seen = history[np.isfinite(history)]
            rows.append(summed(model, seen, [int(span) for span in spans]))
        results[name] = np.array(rows)
    np.savez(sys.argv[2], ets=results["AutoETS"], naive=results["seasonal naive"])


if __name__ == "__main__":
    main()
