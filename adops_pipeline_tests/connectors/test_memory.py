"""No answer takes the machine's memory or its time: real connections, the client in a process of its own."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline_tests.connectors.hostile import CASES

FOLDER = "adops_pipeline_tests.connectors"
MEGABYTES = 300
READ = {
    "as many rows as allowed",
    "as many objects as allowed",
    "as large as allowed",
    "one text",
    "one wide text",
    "keys",
}
"""Cases that are within the bounds."""


@contextmanager
def hostile(platform: Platform, case: str) -> Iterator[str]:
    """The port of a hostile platform."""
    command = [sys.executable, "-m", f"{FOLDER}.hostile", platform, case]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().strip()
        finally:
            server.kill()


def drained(platform: Platform, port: str, accounts: int = 1) -> dict[str, Any]:
    """What a client says that read every report."""
    command = [sys.executable, "-m", f"{FOLDER}.drain", platform, port, str(accounts)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=280)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("case", [*CASES, "drip", "pages"])
@pytest.mark.parametrize("platform", Platform)
def test_every_hostile_answer_ends_within_its_bounds_and_takes_little_memory(platform: Platform, case: str) -> None:
    with hostile(platform, case) as port:
        found = drained(platform, port)
    print(platform, case, found["megabytes"], "MB", found["seconds"], "s", *(error[-90:] for error in found["errors"]))
    assert found["megabytes"] < MEGABYTES
    if case not in READ and not (case == "pages" and platform is Platform.GOOGLE_ADS):
        assert found["errors"]


@pytest.mark.slow
@pytest.mark.parametrize("case", ["as large as allowed", "one wide text"])
@pytest.mark.parametrize("platform", Platform)
def test_many_accounts_with_the_largest_answers_take_no_more_memory_than_one(platform: Platform, case: str) -> None:
    with hostile(platform, case) as port:
        found = drained(platform, port, accounts=5)
    print(platform, case, found["megabytes"], "MB", found["seconds"], "s", *(error[-90:] for error in found["errors"]))
    assert found["megabytes"] < MEGABYTES
