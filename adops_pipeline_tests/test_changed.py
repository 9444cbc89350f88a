"""Promises of `make check`'s choice of tests."""

from pathlib import Path

import pytest

from adops_pipeline_tests.changed import covering_tests

ROOT = Path(__file__).resolve().parent.parent
TESTS = Path("adops_pipeline_tests")


@pytest.mark.parametrize(
    ("changed", "chosen"),
    [
        ("adops_pipeline/warehouse/publish.py", "warehouse/test_publish.py"),
        ("adops_pipeline_tests/operations/processes.py", "operations/executions/test_queue.py"),
        ("adops_pipeline_tests/e2e/test_run_command.py", "e2e/test_run_command.py"),
    ],
)
def test_a_changed_file_brings_the_tests_that_mirror_import_or_are_it(changed: str, chosen: str) -> None:
    assert TESTS / chosen in covering_tests(ROOT, [Path(changed)])


def test_whole_runs_are_left_to_make_test_unless_they_have_changed() -> None:
    chosen = covering_tests(ROOT, [Path("adops_pipeline/warehouse/publish.py")])
    assert chosen
    assert {path.parts[1] for path in chosen}.isdisjoint({"e2e", "integration"})


def test_a_file_that_no_test_reaches_brings_none() -> None:
    assert covering_tests(ROOT, [Path("benchmarks/nowhere.py")]) == []
