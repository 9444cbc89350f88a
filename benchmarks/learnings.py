"""Memory and learnings: 100,000 memories recalled and weighed; planted rules found by acting and measuring.

Run: python -m benchmarks.learnings [--memories 100000] [--seeds 20]

The limits: recall below 50 ms at p95, the first of a process below 1 s; a refresh of all learnings below 20 s; of 20
markets at least 18 right, and of the wrong and empty learnings at most 5 % past the gate, all within 3 minutes.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import insert

from adops_pipeline.domain.memory.draft import Draft
from adops_pipeline.domain.memory.schemas import checked
from adops_pipeline.operations.memory import new_row
from adops_pipeline.operations.schema import agent_memory
from adops_pipeline.settings import load_settings
from adops_pipeline.wiring import Services, build_services
from adops_pipeline_tests.domain.learnings.market import false_passes, is_right
from adops_pipeline_tests.domain.learnings.measured_market import learned
from benchmarks.score import Score, all_hold, table

NOW = datetime(2026, 11, 16, 9, 30, tzinfo=UTC)
_PLATFORMS = ("google-ads", "meta-ads", "pinterest")
_OBJECTIVES = ("SALES", "LEADS", "REACH", "TRAFFIC")
_KINDS = ("bid_up", "bid_down", "raise_budget", "cut_budget", "pause", "activate")
_CONDITIONS = ("weekend", "winter", "spring", "summer", "autumn")
_LEVELS, _TRENDS = ("low", "medium", "high"), ("falling", "flat", "rising")
_QUERIES = 200


def drafts(count: int) -> Iterator[Draft]:
    """Memories of measured changes: 360 patterns with different effects."""
    rng = np.random.default_rng(7)
    for n in range(count):
        effect = float(np.expm1(rng.normal(0.02 * (n % 7 - 3), 0.12)))
        verdict = "helped" if effect > 0.1 else "hurt" if effect < -0.1 else "unclear"
        context = {
            "platform": _PLATFORMS[n % 3], "campaign": f"c{n % 4000}", "objective": _OBJECTIVES[n // 3 % 4],
            "condition": _CONDITIONS[int(rng.integers(5))], "season": "winter", "spendLevel": _LEVELS[n % 3],
            "cpaLevel": _LEVELS[n // 5 % 3], "trend": _TRENDS[int(rng.integers(3))],
        }  # fmt: skip
        outcome = {"metric": "conversions", "verdict": verdict, "effect": effect}
        score = 0.0 if verdict == "unclear" else float(np.clip(effect, -1, 1))
        action = {"kind": _KINDS[n // 12 % 6], "proposal": f"p{n}"}
        agent = f"agent-{n % 8}"
        yield Draft(agent, "campaign_outcome", context, action, outcome, score, ("cpa",), effect_error=0.1)


def fill(services: Services, count: int) -> None:
    """Store the memories, a thousand at a time."""
    rng = np.random.default_rng(8)
    rows: list[dict[str, Any]] = []
    for n, draft in enumerate(drafts(count), 1):
        at = NOW - timedelta(days=float(rng.uniform(0, 400)))
        rows.append(new_row(checked(draft), at, f"m{n}", None, n))
        if len(rows) == 1000 or n == count:
            with services.store.writing() as con:
                con.execute(insert(agent_memory), rows)
            rows = []


def speed(folder: Path, count: int) -> list[Score]:
    """Recall and refresh over so many memories. The first recall, which builds the index, is a score of its own."""
    services = build_services(load_settings(data_dir=folder), clock=lambda: NOW)
    fill(services, count)
    started = time.process_time()
    services.memories.recall(context={"platform": "pinterest"})
    index = time.process_time() - started
    seconds: list[float] = []
    cpu: list[float] = []
    for draft in list(drafts(_QUERIES)):
        situation = {name: value for name, value in draft.context.items() if name != "campaign"}
        started, busy = time.perf_counter(), time.process_time()
        services.memories.recall(agent_id=draft.agent_id if len(seconds) % 2 else None, context=situation)
        seconds.append(time.perf_counter() - started)
        cpu.append(time.process_time() - busy)
    started = time.process_time()
    services.learnings.refresh()
    first = time.process_time() - started
    started = time.process_time()
    services.learnings.refresh()
    again = time.process_time() - started
    case = f"{count:,} memories"
    services.store.close()
    return [
        Score("first recall, which builds the index, CPU", index, high=1, unit="s", case=case),
        Score("recall, median", 1000 * float(np.median(seconds)), unit="ms", case=case),
        Score("recall, p95", 1000 * float(np.quantile(seconds, 0.95)), high=50, unit="ms", case=case),
        Score("recall, p95, CPU", 1000 * float(np.quantile(cpu, 0.95)), unit="ms", case=case),
        Score("learnings are refreshed, first time, CPU", first, high=20, unit="s", case=case),
        Score("learnings are refreshed, nothing new, CPU", again, high=20, unit="s", case=case),
    ]


def planted_rules(seeds: int) -> list[Score]:
    """How often the rules of a market are found, and how many wrong or empty learnings pass."""
    started = time.process_time()
    markets = [learned(seed) for seed in range(seeds)]
    seconds = time.process_time() - started
    passed, all_wrong = (sum(counts) for counts in zip(*map(false_passes, markets), strict=True))
    case = f"{seeds} seeds of 120 days"
    return [
        Score("markets whose rules are all found", sum(map(is_right, markets)), 0.9 * seeds, unit="", case=case),
        Score("wrong and empty learnings that pass", 100 * passed / all_wrong, high=5, case=case),
        Score("acting, measuring and learning, CPU", seconds, high=180, unit="s", case=case),
    ]


def main() -> int:
    """Measure; 1 if a limit does not hold."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--memories", type=int, default=100_000)
    options.add_argument("--seeds", type=int, default=20)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        scores = [*speed(Path(folder), given.memories), *planted_rules(given.seeds)]
    print("\n".join(table(scores, by_case=True)))
    return 0 if all_hold(scores) else 1


if __name__ == "__main__":
    sys.exit(main())
