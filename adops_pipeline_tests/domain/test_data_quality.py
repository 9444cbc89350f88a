"""How bad it is that data are old, or rows rejected."""

from datetime import timedelta

import pytest

from adops_pipeline.domain.data_quality import (
    LEAST_REJECTED_ROWS,
    as_sentence,
    judge_failure,
    severity_of_age,
    severity_of_rejects,
)
from adops_pipeline.domain.failures import AccountFailure
from adops_pipeline.domain.severity import Severity
from adops_pipeline.domain.vocabulary import Platform

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


@pytest.mark.parametrize(
    ("age", "severity"),
    [
        (12 * HOUR - SECOND, None),
        (12 * HOUR, Severity.WARNING),
        (24 * HOUR - SECOND, Severity.WARNING),
        (24 * HOUR, Severity.CRITICAL),
    ],
)
def test_stale_data_are_a_warning_and_critical_at_twice_the_age(age: timedelta, severity: Severity | None) -> None:
    assert severity_of_age(age, 12 * HOUR) is severity


def test_rejected_rows_are_a_warning_where_they_are_many_and_a_share() -> None:
    few = LEAST_REJECTED_ROWS - 1
    assert severity_of_rejects(few, few) is Severity.INFO
    assert severity_of_rejects(few + 1, few + 1) is Severity.WARNING
    assert severity_of_rejects(few + 1, 10**6) is Severity.INFO


@pytest.mark.parametrize(
    ("account", "is_auth", "kind", "severity", "sentence"),
    [
        (
            "12",
            False,
            "account-sync-failed",
            "warning",
            "Account 12 could not be synced: No. The next sync tries again.",
        ),
        ("12", True, "account-sync-failed", "critical", "Account 12 could not be synced: No. Renew its credentials."),
        (
            "*",
            False,
            "platform-sync-failed",
            "critical",
            "pinterest could not be synced: No. The next sync tries again.",
        ),
    ],
)
def test_a_failure_of_every_account_or_of_credentials_is_critical(
    account: str, is_auth: bool, kind: str, severity: str, sentence: str
) -> None:
    found = judge_failure(AccountFailure(Platform.PINTEREST, account, "No", is_auth))
    assert (found.kind, found.severity, found.sentence) == (kind, Severity(severity), sentence)


def test_a_reason_becomes_one_sentence_with_one_mark_at_its_end() -> None:
    reasons = ("quota used up", "token\nrevoked.", "Stop!", "Which account?")
    assert [as_sentence(one) for one in reasons] == ["quota used up.", "token revoked.", "Stop!", "Which account?"]
