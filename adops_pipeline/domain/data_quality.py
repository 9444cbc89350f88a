"""Verdicts on the data itself: failed accounts, stale accounts, rejected rows. Alerts and the sync's result share them.

Money at stake is unknown here: severity says whether waiting helps, and how much of the data is missing.
"""

from datetime import timedelta

from adops_pipeline.domain.failures import AccountFailure
from adops_pipeline.domain.severity import Severity
from adops_pipeline.domain.text import one_line
from adops_pipeline.domain.verdict import Verdict

LEAST_REJECTED_ROWS, REJECTED_SHARE = 10, 0.01
"""Rejected rows of an account from which they are a warning; one odd row in a hundred changes no decision."""


def judge_failure(failure: AccountFailure) -> Verdict:
    """A platform that cannot be read is critical, and so are rejected credentials: waiting cures neither."""
    is_all = failure.is_whole_platform
    what = failure.platform.value if is_all else f"Account {failure.account_id}"
    then = " Renew its credentials." if failure.is_auth else " The next sync tries again."
    return Verdict(
        "platform-sync-failed" if is_all else "account-sync-failed",
        Severity.CRITICAL if is_all or failure.is_auth else Severity.WARNING,
        f"{what} could not be synced: {as_sentence(failure.reason)}{then}",
    )


def severity_of_age(age: timedelta, stale_after: timedelta) -> Severity | None:
    """Stale data are a warning, twice as old ones critical; None for fresh ones."""
    if age < stale_after:
        return None
    return Severity.CRITICAL if age >= 2 * stale_after else Severity.WARNING


def severity_of_rejects(rejected: int, received: int) -> Severity:
    """Rejected rows of one account among those received from it."""
    is_much = rejected >= LEAST_REJECTED_ROWS and rejected >= REJECTED_SHARE * received
    return Severity.WARNING if is_much else Severity.INFO


def as_sentence(words: str) -> str:
    """In one line, with a full stop."""
    line = one_line(words)
    return line if line.endswith((".", "!", "?")) else f"{line}."
