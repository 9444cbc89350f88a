"""Every method scored on what is known to be true: one table, one command, exit code 1 where a limit is missed.

Run: python -m benchmarks.truth [--by-case]

Truth is the emulated market's own (curves, lags, planted anomalies, budgets to come) and, for error rates, simulation.
A line gives the range over its cases; a line without a limit stands for comparison.
"""

import argparse
import sys
import time
from collections.abc import Callable, Mapping

from benchmarks import (
    truth_ab_tests,
    truth_allocation,
    truth_anomalies,
    truth_benchmarks,
    truth_days,
    truth_experiments,
    truth_forecasts,
    truth_maturity,
    truth_outages,
    truth_pacing,
)
from benchmarks.score import Score, all_hold, table

TOPICS: Mapping[str, Callable[[], list[Score]]] = {
    "Forecasts": truth_forecasts.scores,
    "Pacing": truth_pacing.scores,
    "Conversion maturity": truth_maturity.scores,
    "Anomalies": truth_anomalies.scores,
    "Stops, young campaigns, shared shocks": truth_outages.scores,
    "Benchmarks": truth_benchmarks.scores,
    "Budget allocation": truth_allocation.scores,
    "Experiments": truth_experiments.scores,
    "Experiments on days that depend on each other": truth_days.scores,
    "Experiments as they run": truth_ab_tests.scores,
}


def measure() -> dict[str, list[Score]]:
    """Every topic's scores, with a line on stderr as each is done."""
    found = {}
    for topic, scores in TOPICS.items():
        start = time.process_time()
        found[topic] = scores()
        print(
            f"{topic}: {len(found[topic])} scores in {time.process_time() - start:.0f} s", file=sys.stderr, flush=True
        )
    return found


def main() -> None:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--by-case", action="store_true", help="a line per case instead of their range")
    by_case = parser.parse_args().by_case
    found = measure()
    for topic, rows in found.items():
        print(f"{topic}\n" + "\n".join(f"  {line}" for line in table(rows, by_case=by_case)))
    missed = [row for rows in found.values() for row in rows if not row.holds]
    print(f"{sum(map(len, found.values()))} scores, {len(missed)} outside their limits")
    sys.exit(0 if all_hold(row for rows in found.values() for row in rows) else 1)


if __name__ == "__main__":
    main()
