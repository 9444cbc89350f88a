"""Ages of what is deleted."""

from datetime import UTC, datetime

from adops_pipeline.domain.retention import FOR_EVER_DAYS, Pruned, before, total


def test_an_age_is_counted_back_to_the_moment_up_to_a_century() -> None:
    now = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)
    assert before(now, 1) == datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
    assert before(now, FOR_EVER_DAYS).year == 1926


def test_kinds_are_summed() -> None:
    assert total(iter([Pruned("rows", 2, 30, 7), Pruned("files", 1, 5, 90)])) == (3, 35)
    assert total([]) == (0, 0)
