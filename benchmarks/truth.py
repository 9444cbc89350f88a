"""Every method scored on what is known to be true: one table, one command, exit code 1 where a limit is missed.

Run: python -m benchmarks.truth [--by-case] [--quick] [TOPIC ...], a topic by a part of its name

`--quick` simulates less where a topic allows it: its numbers are coarser, and limits may be missed by chance.
Truth is the emulated market's own (curves, lags, planted anomalies, budgets to come) and, for error rates, simulation.
A line gives the range over its cases; a line without a limit stands for comparison.
"""

import argparse
import sys
import time
from collections.abc import Callable, Mapping

from benchmarks import (
    outcomes,
    truth_ab_tests,
    truth_allocation,
    truth_anomalies,
    truth_benchmarks,
    truth_days,
    truth_experiments,
    truth_first_runs,
    truth_forecasts,
    truth_maturity,
    truth_outages,
    truth_pacing,
    truth_young_accounts,
)
from benchmarks.score import Score, all_hold, table

TOPICS: Mapping[str, Callable[[], list[Score]]] = {
    "Forecasts": truth_forecasts.scores,
    "Pacing": truth_pacing.scores,
    "Pacing on a first run": truth_first_runs.scores,
    "Pacing of new accounts and after pauses": truth_young_accounts.scores,
    "Conversion maturity": truth_maturity.scores,
    "Anomalies": truth_anomalies.scores,
    "Stops, young campaigns, shared shocks": truth_outages.scores,
    "Benchmarks": truth_benchmarks.scores,
    "Budget allocation": truth_allocation.scores,
    "Experiments": truth_experiments.scores,
    "Experiments on days that depend on each other": truth_days.scores,
    "Experiments as they run": truth_ab_tests.scores,
    "Effects of changes": outcomes.scores,
}

QUICK: Mapping[str, Callable[[], list[Score]]] = {
    "Budget allocation": lambda: truth_allocation.scores((7,), ("equal-returns", "fixed-spend", "seasonal-demand")),
    "Experiments": lambda: truth_experiments.scores(4000),
    "Experiments on days that depend on each other": lambda: truth_days.scores(800),
    "Experiments as they run": lambda: truth_ab_tests.scores((7,), ()),
    "Effects of changes": lambda: outcomes.scores(1000),
}
"""Less of the topics that take longest."""


def measure(topics: Mapping[str, Callable[[], list[Score]]]) -> dict[str, list[Score]]:
    """Every topic's scores, with a line on stderr as each is done."""
    found = {}
    for topic, scores in topics.items():
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
    parser.add_argument("--quick", action="store_true", help="simulate less")
    parser.add_argument("topics", nargs="*", help="parts of topics' names (default: all)")
    given = parser.parse_args()
    by_case, wanted = given.by_case, [part.lower() for part in given.topics]
    topics = {name: way for name, way in TOPICS.items() if not wanted or any(part in name.lower() for part in wanted)}
    if not topics:
        parser.error(f"no topic is called {', '.join(given.topics)}; topics are {', '.join(TOPICS)}")
    found = measure(topics | {name: way for name, way in QUICK.items() if given.quick and name in topics})
    for topic, rows in found.items():
        print(f"{topic}\n" + "\n".join(f"  {line}" for line in table(rows, by_case=by_case)))
    missed = [row for rows in found.values() for row in rows if not row.holds]
    print(f"{sum(map(len, found.values()))} scores, {len(missed)} outside their limits")
    sys.exit(0 if all_hold(row for rows in found.values() for row in rows) else 1)


if __name__ == "__main__":
    main()
