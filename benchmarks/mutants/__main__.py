"""`python -m benchmarks.mutants PACKAGE ... [--sample 120] [--seed N] [--tests FOLDER ...] [--again] [--jobs 1]`.

`--tests` names the test files or folders to try, and nothing is recorded. `--report` prints what is known already.
Results are kept in .mutants/results.jsonl, so that an interrupted run goes on where it was; `--again` tries the
survivors once more, as after writing tests. Survivors are written with their change to .mutants/survivors/.
"""

import argparse
import difflib
import json
import os
import sys
import time
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from benchmarks.mutants.coverage_map import TESTS, GivenTests, recorded
from benchmarks.mutants.mutation import SEED, Mutation, sample
from benchmarks.mutants.python_source import python_mutations
from benchmarks.mutants.runner import Child, Outcome, Runner
from benchmarks.mutants.sql import sql_mutations

ROOT = Path(__file__).parents[2]
KEPT = ROOT / ".mutants"
RESULTS = KEPT / "results.jsonl"
SOURCE = "adops_pipeline"
PACKAGES = ("connectors", "domain", "operations", "services", "warehouse")
_SURVIVED = ("survived", "untested")
_DETECTED = ("killed", "timeout")


def main() -> None:
    """Try a sample of each package's mutations and print what was found."""
    asked = _arguments()
    found = list(_mutations(asked.packages))
    chosen = _by_package(found)
    if asked.unchanged:
        sys.exit(_try_unchanged(found, tests=asked.tests, jobs=asked.jobs))
    samples = {package: sample(group, asked.sample, asked.seed) for package, group in sorted(chosen.items())}
    if not asked.report:
        _try([m for group in samples.values() for m in group], tests=asked.tests, again=asked.again, jobs=asked.jobs)
    _report(samples, {package: len(group) for package, group in chosen.items()}, _results())


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutants")
    parser.add_argument("packages", nargs="*", default=PACKAGES, help="folders or files under adops_pipeline/")
    parser.add_argument("--sample", type=int, default=120, help="mutations tried per package")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--again", action="store_true", help="try survivors of earlier runs once more")
    parser.add_argument("--jobs", type=int, default=1, help="mutations tried at one time")
    parser.add_argument("--tests", nargs="+", help="test files or folders to try, in place of those recorded")
    parser.add_argument("--unchanged", action="store_true", help="try each file as it is: no test may fail")
    parser.add_argument("--report", action="store_true", help="print and write what is known, try nothing")
    return parser.parse_args()


def _mutations(packages: Iterable[str]) -> Iterator[Mutation]:
    for package in packages:
        start = ROOT / SOURCE / package
        if not start.exists():
            sys.exit(f"there is no {start.relative_to(ROOT)}")
        for path in sorted(start.rglob("*")) if start.is_dir() else [start]:
            if path.suffix == ".py" and "migrations" not in path.parts:
                yield from python_mutations(ROOT, path)
            elif path.suffix == ".sql":
                yield from sql_mutations(ROOT, path)


def _by_package(mutations: Iterable[Mutation]) -> Mapping[str, list[Mutation]]:
    groups: defaultdict[str, list[Mutation]] = defaultdict(list)
    for mutation in mutations:
        groups[mutation.package].append(mutation)
    return groups


def _try(mutations: Sequence[Mutation], *, tests: Sequence[str] | None, again: bool, jobs: int) -> None:
    known = _results()
    waiting = [m for m in mutations if m.id not in known or (again and known[m.id]["status"] not in _DETECTED)]
    waiting.sort(key=lambda m: m.id)  # an interrupted run has then tried mutants of all files, not only of the first
    for done, (mutation, outcome) in enumerate(_outcomes(waiting, tests, jobs), 1):
        _keep(mutation, outcome)
        print(f"{done}/{len(waiting)} {outcome.status:9} {outcome.seconds:5.1f} s  {_place(mutation)}", flush=True)


def _try_unchanged(mutations: Iterable[Mutation], *, tests: Sequence[str] | None, jobs: int) -> int:
    """How many files have a test that fails although nothing was changed: what is killed there proves nothing."""
    wrong = 0
    files = {m.path: replace(m, operator="unchanged", text=(ROOT / m.path).read_text) for m in mutations}
    for mutation, outcome in _outcomes(list(files.values()), tests, jobs):
        if outcome.status not in _SURVIVED:
            wrong += 1
            print(f"{mutation.path} {mutation.function}: {outcome.status} by {outcome.killer}", flush=True)
    print(f"{len(files)} files tried unchanged, {wrong} of them with a failing test")
    return wrong


def _outcomes(
    mutations: Sequence[Mutation], tests: Sequence[str] | None, jobs: int
) -> Iterator[tuple[Mutation, Outcome]]:
    """What became of each, in the order in which they end."""
    if not mutations:
        return
    os.environ |= {"OPENBLAS_NUM_THREADS": "1", "POLARS_MAX_THREADS": "1"}
    if tests:
        runner = Runner(ROOT, GivenTests(list(_test_files(tests))))
    else:
        runner = Runner(ROOT, recorded(ROOT, KEPT / "coverage.json", {mutation.path for mutation in mutations}))
    runner.warm_up({test.split("/")[0] for test in tests or ()} | {m.path.split("/")[1] for m in mutations})
    waiting, running = deque(mutations), list[Child]()
    while waiting or running:
        while waiting and len(running) < jobs:
            mutation = waiting.popleft()
            started = runner.start(mutation)
            if isinstance(started, Child):
                running.append(started)
            else:
                yield mutation, started
        polled = [(child, child.poll()) for child in running]
        running = [child for child, outcome in polled if outcome is None]
        yield from ((child.mutation, outcome) for child, outcome in polled if outcome is not None)
        time.sleep(0.02)


def _test_files(asked: Iterable[str]) -> Iterator[str]:
    for start in (ROOT / TESTS / name for name in asked):
        if not start.exists():
            sys.exit(f"there is no {start.relative_to(ROOT)}")
        for path in sorted(start.rglob("test_*.py")) if start.is_dir() else [start]:
            yield path.relative_to(ROOT).as_posix()


def _keep(mutation: Mutation, outcome: Outcome) -> None:
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    entry = {"id": mutation.id, "place": _place(mutation), "change": _change(mutation), **asdict(outcome)}
    with RESULTS.open("a") as file:
        file.write(json.dumps(entry) + "\n")


def _results() -> dict[str, dict[str, object]]:
    lines = RESULTS.read_text().splitlines() if RESULTS.exists() else []
    return {entry["id"]: entry for entry in map(json.loads, lines)}


def _place(mutation: Mutation) -> str:
    return f"{mutation.path}:{mutation.line} {mutation.function} [{mutation.operator}]"


def _change(mutation: Mutation) -> str:
    """The change as a short diff."""
    before = (ROOT / mutation.path).read_text(encoding="utf-8").splitlines()
    lines = difflib.unified_diff(before, mutation.text().splitlines(), lineterm="", n=1)
    return "\n".join(line for line in lines if not line.startswith(("---", "+++")))


def _report(
    samples: Mapping[str, Sequence[Mutation]], sizes: Mapping[str, int], results: Mapping[str, Mapping[str, object]]
) -> None:
    print(f"{'package':22} {'mutants':>8} {'tried':>6} {'killed':>7} {'timeout':>8} {'survived':>9} {'%':>6}")
    for package, mutations in samples.items():
        tried = [(m, results[m.id]) for m in mutations if m.id in results]
        counts = Counter(str(r["status"]) for _, r in tried)
        survived = [(m, r) for m, r in tried if r["status"] in _SURVIVED]
        detected = sum(counts[s] for s in _DETECTED)
        share = 100 * detected / max(1, detected + len(survived))
        numbers = f"{sizes[package]:8} {len(tried):6} {counts['killed']:7} {counts['timeout']:8} {len(survived):9}"
        print(f"{package:22} {numbers} {share:6.1f}" + (f"  {counts['error']} errors" if counts["error"] else ""))
        _write_survivors(package, survived)


def _write_survivors(package: str, survived: Iterable[tuple[Mutation, Mapping[str, object]]]) -> None:
    file = KEPT / "survivors" / f"{package.replace('/', '-')}.diff"
    file.parent.mkdir(parents=True, exist_ok=True)
    entries = [f"# {m.id} {_place(m)}: {r['status']}, {r['tests']} tests\n{_change(m)}\n" for m, r in survived]
    file.write_text("\n".join(entries))


if __name__ == "__main__":
    main()
