"""The gbstats side of benchmarks/experiments_speed.py: tests one by one in gbstats' own environment.

Run by that benchmark with the Python of an environment that has gbstats (and so an old pandas): imports nothing else of
this project. Reads arrays from the first file, writes results and processor seconds to the second.
"""

import sys
import time
from collections.abc import Callable

import numpy as np
from gbstats.frequentist.tests import FrequentistConfig, TwoSidedTTest
from gbstats.models.statistics import ProportionStatistic, RatioStatistic, SampleMeanStatistic
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def count_test(a: list[float], b: list[float]) -> tuple[float, float]:
    """Absolute difference of two proportions, and p. Each arm: successes, trials."""
    arms = (ProportionStatistic(n=int(trials), sum=successes) for successes, trials in (a, b))
    found = TwoSidedTTest(*arms, FrequentistConfig(difference_type="absolute")).compute_result()
    return found.expected, found.p_value


def ratio_test(a: list[float], b: list[float]) -> tuple[float, float]:
    """Relative lift of a ratio of sums, and p. Each arm: units, sum and squares above, the same below, products."""
    arms = []
    for units, num, num_squares, den, den_squares, products in (a, b):
        above, below = (
            SampleMeanStatistic(n=int(units), sum=total, sum_squares=squares)
            for total, squares in ((num, num_squares), (den, den_squares))
        )
        arms.append(RatioStatistic(int(units), above, below, products))
    found = TwoSidedTTest(*arms, FrequentistConfig(difference_type="relative")).compute_result()
    return found.expected, found.p_value


def one_by_one(
    test: Callable[[list[float], list[float]], tuple[float, float]], a: Floats, b: Floats
) -> tuple[Floats, float]:
    """Effect and p per row, and processor seconds."""
    pairs = list(zip(a.tolist(), b.tolist(), strict=True))
    start = time.process_time()
    found = [test(*pair) for pair in pairs]
    return np.array(found), time.process_time() - start


def main() -> None:
    """Test every row of counts and of ratios."""
    given = np.load(sys.argv[1])
    counts, count_seconds = one_by_one(count_test, given["counts_a"], given["counts_b"])
    ratios, ratio_seconds = one_by_one(ratio_test, given["ratios_a"], given["ratios_b"])
    np.savez(sys.argv[2], counts=counts, ratios=ratios, seconds=np.array([count_seconds, ratio_seconds]))


if __name__ == "__main__":
    main()
