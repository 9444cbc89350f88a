"""Reasons of failed steps are in our own words, else in those of the innermost error, without names of classes."""

import pytest
from dagster_shared.error import SerializableErrorInfo

from adops_pipeline.defs.reasons import is_failed_check, reason_of
from adops_pipeline.defs.table_checks import as_result
from adops_pipeline.services.quality import Violation

CHECKS = (
    "dagster._core.errors.DagsterAssetCheckFailedError: "
    "1 blocking asset check failed with ERROR severity: budgets: key\n"
)


@pytest.mark.parametrize(
    ("message", "said", "is_check"),
    [
        ("adops_pipeline.warehouse.errors.WarehouseError: /data/x is\n  locked\n", "/data/x is locked", False),
        (CHECKS, "wrong data would have been published, see the check budgets: key", True),
        (CHECKS.replace("1 blocking asset check", "2 blocking asset checks").replace("key", "key,columns"),
         "wrong data would have been published, see the check budgets: key,columns", True),
        ("ZeroDivisionError: division by zero\n", "ZeroDivisionError: division by zero", False),
        ("the account says adops_pipeline.x: no\n", "the account says adops_pipeline.x: no", False),
    ],
)  # fmt: skip
def test_the_innermost_message_without_its_class(message: str, said: str, is_check: bool) -> None:
    innermost = SerializableErrorInfo(message, [], "Any")
    error = SerializableErrorInfo("outer", [], "Outer", cause=SerializableErrorInfo("middle", [], "M", cause=innermost))
    assert (reason_of(error), is_failed_check(error)) == (said, is_check)


def test_an_error_of_ours_says_more_than_what_caused_it() -> None:
    cause = SerializableErrorInfo("_duckdb.IOException: IO Error: Corrupt database file\n", [], "IOException")
    own = "adops_pipeline.warehouse.errors.WarehouseError: /data/x is damaged. `adops raw rebuild` keeps it aside\n"
    error = SerializableErrorInfo("outer", [], "Outer", cause=SerializableErrorInfo(own, [], "W", cause=cause))
    assert reason_of(error) == "/data/x is damaged. `adops raw rebuild` keeps it aside"


def test_an_error_that_was_not_recorded_is_said() -> None:
    assert reason_of(None) == "no reason was recorded"
    assert not is_failed_check(None)


def test_a_failed_check_has_a_line_for_each_broken_promise_and_counts_the_others() -> None:
    found = [Violation("budgets", f"promise {n}", n, "x|y") for n in range(1, 13)]
    assert as_result("budgets", "key", []).description is None
    assert as_result("budgets", "key", found[:2]).description == (
        "not so in 1 row: promise 1; e.g. x|y\nnot so in 2 rows: promise 2; e.g. x|y"
    )
    lines = str(as_result("budgets", "key", found).description).split("\n")
    assert (len(lines), lines[-1]) == (11, "and 2 more")
