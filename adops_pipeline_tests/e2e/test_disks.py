"""Full and read-only disks: one line, what was published stays, and the next run is that of an undisturbed one.

Where the machine allows it, the data folder is a small file system of its own in memory, which only the processes of
the test see. Elsewhere a limit of file sizes stands for the full disk.
"""

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

from adops_pipeline_tests.e2e.command import ADOPS, RUN, environment, first_run
from adops_pipeline_tests.integration.pipeline import dump
from adops_pipeline_tests.patience import patience_seconds

RUN_LINE = " ".join((ADOPS, *RUN))
FULL = "the disk is full: free space and run the same command again; what was published is unchanged"
LIMIT = "run the same command again; what was published is unchanged"


@cache
def own_mounts() -> tuple[str, ...] | None:
    """The command whose children see file systems of their own; None where this user may have none."""
    for command in (("unshare", "-m"), ("unshare", "-rm")):
        if (
            shutil.which("unshare")
            and subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0
        ):
            return command
    return None


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return first_run(tmp_path_factory)


def told(folder: Path, script: str) -> dict[str, tuple[int, str]]:
    """How each step of the script ended, and what it printed but for its progress.

    ``step NAME COMMAND`` runs a command; ``$DATA`` is the data folder, ``$OUT`` a folder that stays.
    """
    out = folder / "out"
    data = folder / "data"
    for one in (out, data):
        one.mkdir()
    steps = 'step() { at="$OUT/$1"; shift; code=0; "$@" >"$at" 2>&1 || code=$?; echo $code >"$at.code"; }\n'
    done = subprocess.run(
        [*(own_mounts() or ()), "bash", "-ec", steps + script],
        env=environment(data) | {"DATA": str(data), "OUT": str(out)},
        capture_output=True,
        text=True,
        check=False,
        timeout=patience_seconds(),
    )
    assert done.returncode == 0, done.stderr
    return {
        code.stem: (int(code.read_text()), _without_progress(code.with_suffix("").read_text()))
        for code in out.glob("*.code")
    }


def _without_progress(text: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith(("steps: ", "pull ")))


def test_a_read_only_and_a_full_disk_keep_what_was_published_and_cost_nothing(ran: Path, tmp_path: Path) -> None:
    if own_mounts():
        begin = f'mount -t tmpfs -o size=500m tmpfs "$DATA"; cp -a "{ran}/." "$DATA"'
        read_only, writable = 'mount -o remount,ro "$DATA"', 'mount -o remount,rw "$DATA"'
        full = 'mount -o remount,size=$(( $(du -sk "$DATA" | cut -f1) + 700 ))k "$DATA"'
        run_on_full, freed, line = f"step full {RUN_LINE}", 'mount -o remount,size=500m "$DATA"', FULL
    else:
        begin, read_only, writable = f'cp -a "{ran}/." "$DATA"', 'chmod -R a-w "$DATA"', 'chmod -R u+w "$DATA"'
        run_on_full, full, freed, line = f"step full bash -c 'ulimit -f 9000; {RUN_LINE}'", "true", "true", LIMIT
    found = told(
        tmp_path,
        f"""
        {begin}
        {read_only}
        step read-only {RUN_LINE}
        step asked {ADOPS} sql "SELECT min(1) AS one FROM analytics_metrics" --format csv
        {writable}
        cp "$DATA/adops.duckdb" "$OUT/before.duckdb"
        {full}
        {run_on_full}
        cp "$DATA/adops.duckdb" "$OUT/kept.duckdb"
        {freed}
        step freed {RUN_LINE}
        cp "$DATA/adops.duckdb" "$OUT/published.duckdb"
        """,
    )
    assert found["full"][0] == 1
    assert line in found["full"][1]
    assert found["full"][1].count("\n") == 1
    if own_mounts() or os.getuid() != 0:  # nothing is read-only to an administrator
        assert found["read-only"][0] == 1
        assert (
            "the file system is read-only" in found["read-only"][1] or "permission was denied" in found["read-only"][1]
        )
        assert found["read-only"][1].count("\n") == 1
    assert found["asked"] == (0, "one\n1\n")
    assert found["freed"][0] == 0, found["freed"][1]
    before, kept, published = (tmp_path / "out" / f"{name}.duckdb" for name in ("before", "kept", "published"))
    assert kept.read_bytes() == before.read_bytes()
    assert dump(before) == dump(published) == dump(ran / "adops.duckdb")


@pytest.mark.slow
@pytest.mark.parametrize("kilobytes", [200, 1000, 2500, 4000, 8000, 11000, 17000, 25000, 32000])
def test_a_first_run_on_a_disk_that_is_full_at_any_moment_is_completed_by_the_next(
    kilobytes: int, ran: Path, tmp_path: Path
) -> None:
    if own_mounts():
        begin, freed = f'mount -t tmpfs -o size={kilobytes}k tmpfs "$DATA"', 'mount -o remount,size=500m "$DATA"'
        run, line = f"step full {RUN_LINE}", FULL
    else:
        begin = freed = "true"
        run, line = f"step full bash -c 'ulimit -f {max(10, kilobytes // 3)}; {RUN_LINE}'", LIMIT
    script = f'{begin}\n{run}\n{freed}\nstep freed {RUN_LINE}\ncp "$DATA/adops.duckdb" "$OUT/published.duckdb"'
    found = told(tmp_path, script)
    assert found["full"][0] == 1
    assert line in found["full"][1]
    assert found["full"][1].count("\n") == 1, found["full"][1]
    assert found["freed"][0] == 0, found["freed"][1]
    assert dump(tmp_path / "out" / "published.duckdb") == dump(ran / "adops.duckdb")
