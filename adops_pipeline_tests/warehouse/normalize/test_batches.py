"""Pulls are applied together only where they do not speak of the same account and day."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from adops_pipeline.domain.vocabulary import Platform, Report
from adops_pipeline.warehouse.normalize.batches import plan_batches
from adops_pipeline.warehouse.raw_landing import Pull

START = date(2026, 1, 1)


def pull(
    name: str, account: str, first: int, days: int, hour: int, rows: int = 10, report: Report = Report.CAMPAIGN_DAILY
) -> Pull:
    return Pull(
        pull_id=name, platform=Platform.PINTEREST, report=report, account_id=account,
        range_start=START + timedelta(days=first), range_end=START + timedelta(days=first + days - 1),
        pulled_at=datetime(2026, 3, 1, tzinfo=UTC) + timedelta(hours=hour), currency="EUR", timezone="UTC",
        path=name, rows=rows, bytes=1, sha256="",
    )  # fmt: skip


PULLS = st.lists(
    st.tuples(st.sampled_from("ab"), st.integers(0, 8), st.integers(1, 5), st.integers(0, 5), st.integers(0, 40)),
    max_size=12,
).map(lambda given: [pull(f"p{n:02}", *values) for n, values in enumerate(given)])


def overlap(one: Pull, other: Pull) -> bool:
    assert one.range_start is not None
    assert one.range_end is not None
    assert other.range_start is not None
    assert other.range_end is not None
    return (
        one.account_id == other.account_id and one.range_start <= other.range_end and other.range_start <= one.range_end
    )


@given(PULLS)
def test_every_pull_is_applied_once_after_all_older_ones_it_overlaps(pulls: list[Pull]) -> None:
    batches = list(plan_batches(pulls, max_rows=60))
    place = {one.pull_id: n for n, batch in enumerate(batches) for one in batch.pulls}
    assert sorted(place) == sorted(one.pull_id for one in pulls)
    assert sum(len(batch.pulls) for batch in batches) == len(pulls)
    for one in pulls:
        for other in pulls:
            if one is not other and overlap(one, other):
                assert place[one.pull_id] != place[other.pull_id]
                is_older = (one.pulled_at, one.pull_id) < (other.pulled_at, other.pull_id)
                assert (place[one.pull_id] < place[other.pull_id]) == is_older


def test_a_batch_is_limited_by_rows_and_a_large_pull_is_one_of_its_own() -> None:
    pulls = [pull(name, name, 0, 1, 0, rows) for name, rows in (("a", 40), ("b", 30), ("c", 500), ("d", 1))]
    sizes = [[one.pull_id for one in batch.pulls] for batch in plan_batches(pulls, max_rows=60)]
    assert sizes == [["a"], ["b"], ["c"], ["d"]]
    assert [len(batch.pulls) for batch in plan_batches(pulls, max_rows=1000)] == [4]


def test_totals_of_periods_that_overlap_are_one_batch_whose_generations_do_not() -> None:
    pulls = [pull(name, "a", 0, days, 0, report=Report.CAMPAIGN_TOTALS) for name, days in (("p", 20), ("q", 10))]
    (batch,) = plan_batches(pulls)
    assert batch.pulls == tuple(pulls)
    assert [one.pulls for one in batch.generations()] == [(pulls[0],), (pulls[1],)]


def test_pulls_of_an_accounts_entities_are_applied_one_after_the_other_and_before_its_days() -> None:
    days = pull("d", "a", 0, 1, 0)
    entities = [
        replace(pull(name, account, 0, 1, hour, report=Report.CAMPAIGNS), range_start=None, range_end=None)
        for name, account, hour in (("new", "a", 2), ("old", "a", 1), ("other", "b", 3))
    ]
    order = [[one.pull_id for one in batch.pulls] for batch in plan_batches([days, *entities])]
    assert order == [["old", "other"], ["new"], ["d"]]
