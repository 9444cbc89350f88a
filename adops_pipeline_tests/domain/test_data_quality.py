"""How bad it is that data are old, or rows rejected."""

from datetime import timedelta

import pytest

from adops_pipeline.domain.data_quality import LEAST_REJECTED_ROWS, severity_of_age, severity_of_rejects
from adops_pipeline.domain.severity import Severity

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
