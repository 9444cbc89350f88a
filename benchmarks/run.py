"""`adops run` of two versions of the project, in turns: ``python -m benchmarks.run --base COMMIT [--pairs 5]``.

Each pair pulls a new data folder and pulls it again, once with each version, with this environment's packages and those
that only the older version needs. The machine may do other things meanwhile: the processor seconds of a pair were
measured within a minute of each other.
Prints the tables of docs/measurements.md and writes them to `records/run.md`.
"""

import argparse
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RECORD = ROOT / "benchmarks" / "records" / "run.md"
RUNS = ("first", "second")
_MAIN = "from adops_pipeline.cli import main; main()"
_ENDED_WELL = (0, 3)
"""Exit codes of a run that has published; 3 where there was something to report."""

Costs = Mapping[str, Mapping[str, list["Cost"]]]
"""By version and run."""


@dataclass(frozen=True)
class Cost:
    """What one run took."""

    processor_seconds: float
    wall_seconds: float


@dataclass(frozen=True)
class Version:
    """A checkout of the project."""

    name: str
    root: Path
    packages: Path | None = None
    """Where the packages are that this version needs and the environment lacks."""

    def environment(self, data_dir: Path) -> dict[str, str]:
        """This version first on the path, then its own packages, and none of the developer's own settings."""
        left_out = ("ADOPS_", "DAGSTER_", "PYTHONDONTWRITEBYTECODE")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
        path = [str(folder) for folder in (self.root, self.packages) if folder is not None]
        return {**kept, "PYTHONPATH": os.pathsep.join(path), "ADOPS_DATA_DIR": str(data_dir)}

    def run(self, data_dir: Path, days: int) -> Cost:
        """One `adops run`; ends the benchmark with its last line where it does not end well."""
        command = [sys.executable, "-c", _MAIN, "run", "--days", str(days)]
        started = time.monotonic()
        with tempfile.TemporaryFile() as errors:
            process = subprocess.Popen(
                command, cwd=self.root, env=self.environment(data_dir), stdout=subprocess.DEVNULL, stderr=errors
            )
            try:
                _, status, used = os.wait4(process.pid, 0)
            except SystemExit:
                process.terminate()
                raise
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode not in _ENDED_WELL:
                errors.seek(0)
                reason = errors.read().decode(errors="replace").strip().rpartition("\n")[2]
                sys.exit(f"adops run of {self.name} ended with exit code {process.returncode}: {reason}")
        return Cost(used.ru_utime + used.ru_stime, time.monotonic() - started)

    def stages(self, data_dir: Path, days: int) -> dict[str, dict[str, float]]:
        """Processor seconds and calls by stage of one run."""
        done = subprocess.run(
            [sys.executable, "-P", str(ROOT / "benchmarks" / "stages.py"), str(days)],
            cwd=self.root,
            env=self.environment(data_dir),
            check=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        found: dict[str, dict[str, float]] = json.loads(done.stdout.splitlines()[-1])
        return found


@contextmanager
def checked_out(commit: str) -> Iterator[Version]:
    """The project as it was at ``commit``, in a worktree of its own."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "base")
        subprocess.run(["git", "worktree", "add", "--quiet", "--detach", str(root), commit], cwd=ROOT, check=True)
        try:
            yield Version(commit[:10], root, packages_lacking(root, Path(folder, "packages")))
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", str(root)], cwd=ROOT, check=True)


def packages_lacking(root: Path, folder: Path) -> Path | None:
    """Install into ``folder`` what the version in ``root`` needs and this environment lacks; None if that is nothing.

    In the version's own releases, without what they depend on: this environment has that, in its own releases.
    """
    needed = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    lacking = [requirement for requirement in needed if not _is_installed(re.split(r"[^\w.-]", requirement)[0])]
    if not lacking:
        return None
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(folder)]
    subprocess.run([*command, "--constraint", str(root / "constraints.txt"), *lacking], check=True)
    return folder


def _is_installed(name: str) -> bool:
    try:
        return bool(distribution(name).version)
    except PackageNotFoundError:
        return False


def compare(base: Version, new: Version, pairs: int, days: int) -> Costs:
    """Costs by version and run. The order changes with each pair."""
    costs: dict[str, dict[str, list[Cost]]] = {v.name: {run: [] for run in RUNS} for v in (base, new)}
    for pair in range(pairs):
        for version in (base, new) if pair % 2 == 0 else (new, base):
            with tempfile.TemporaryDirectory() as folder:
                for run in RUNS:
                    costs[version.name][run].append(version.run(Path(folder), days))
        print_pair(pair, costs)
    return costs


def print_pair(pair: int, costs: Costs) -> None:
    """The figures of the newest pair."""
    for name, runs in costs.items():
        line = "  ".join(
            f"{run} {c[-1].processor_seconds:5.1f} cpu-s {c[-1].wall_seconds:5.1f} s" for run, c in runs.items()
        )
        print(f"pair {pair + 1}  {name:<12} {line}", flush=True)


def medians(base: Version, new: Version, costs: Costs) -> list[str]:
    """Lines of a table: the medians of all pairs, and the median of the pairs' ratios."""
    lines = [
        f"| run | {base.name} processor s | {new.name} processor s | ratio | {base.name} wall s | {new.name} wall s |",
        "|---|---|---|---|---|---|",
    ]
    for run in RUNS:
        old, now = costs[base.name][run], costs[new.name][run]
        ratio = statistics.median(n.processor_seconds / o.processor_seconds for o, n in zip(old, now, strict=True))
        figures = [statistics.median(c.processor_seconds for c in version) for version in (old, now)]
        walls = [statistics.median(c.wall_seconds for c in version) for version in (old, now)]
        lines.append(f"| {run} | {figures[0]:.1f} | {figures[1]:.1f} | {ratio:.2f} | {walls[0]:.1f} | {walls[1]:.1f} |")
    return lines


def stages(base: Version, new: Version, days: int) -> list[str]:
    """Lines of a table: processor seconds by stage, before and after, of a first and a second run."""
    found: dict[tuple[str, str], dict[str, dict[str, float]]] = {}
    for version in (base, new):
        with tempfile.TemporaryDirectory() as folder:
            for run in RUNS:
                found[version.name, run] = version.stages(Path(folder), days)
    names = dict.fromkeys(stage for one in found.values() for stage in one["seconds"])
    columns = [(version.name, run) for run in RUNS for version in (base, new)]
    lines = ["| stage | " + " | ".join(f"{run}, {name}" for name, run in columns) + " |", "|---" * 5 + "|"]
    for stage in sorted(names, key=lambda stage: -found[columns[0]]["seconds"].get(stage, 0.0)):
        cells = []
        for column in columns:
            seconds, calls = (found[column][kind].get(stage, 0) for kind in ("seconds", "calls"))
            cells.append(f"{seconds:.2f}" + (f" ({calls:,.0f}×)" if calls else ""))
        lines.append(f"| {stage} | " + " | ".join(cells) + " |")
    totals = [f"{sum(found[column]['seconds'].values()):.2f}" for column in columns]
    return [*lines, "| all | " + " | ".join(totals) + " |"]


def commit_of(version: Version) -> str:
    """The commit that is checked out there, marked where files differ from it."""
    command = ["git", "describe", "--always", "--abbrev=10", "--dirty", "--exclude=*"]
    return subprocess.run(command, cwd=version.root, check=True, capture_output=True, text=True).stdout.strip()


def main() -> None:
    """Compare, print and write the record."""
    parser = argparse.ArgumentParser(description="Compare `adops run` of a commit with that of the working tree.")
    parser.add_argument("--base", required=True, help="the commit to compare with")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--days", type=int, default=120)
    parser.add_argument("--record", type=Path, default=RECORD, help="the file that the tables are written to")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    new, load = Version("now", ROOT), os.getloadavg()[0]
    with checked_out(options.base) as base:
        for version in (base, new):  # compiles it
            with tempfile.TemporaryDirectory() as folder:
                version.run(Path(folder), 2)
        costs = compare(base, new, options.pairs, options.days)
        tables = [*medians(base, new, costs), "", *stages(base, new, options.days)]
        title = (
            f"`adops run --days {options.days}`, {datetime.now(UTC):%Y-%m-%d}: {commit_of(base)} and {commit_of(new)} "
            f"(now), medians of {options.pairs} pairs, {os.cpu_count()} cores, load {load:.1f} before"
        )
    text = "\n".join([title, "", *tables, ""])
    options.record.write_text(text, encoding="utf-8")
    print(f"\n{text}\nwritten to {options.record}")


if __name__ == "__main__":
    main()
