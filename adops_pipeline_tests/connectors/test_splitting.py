"""Splitting: every row comes once and in order of days, in as few and as small questions as the platform needs."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest

from adops_pipeline.connectors.base import Page
from adops_pipeline.connectors.errors import (
    AskForLessError,
    ConnectorError,
    FailureContext,
    PermanentError,
    TransientError,
)
from adops_pipeline.connectors.splitting import Part, Splitting
from adops_pipeline.domain.vocabulary import DateRange, Platform

CONTEXT = FailureContext(Platform.META_ADS, "GET /insights", "17")
START = date(2026, 11, 1)
DELETED = "deleted"


def days(count: int) -> DateRange:
    return DateRange(START, START + timedelta(days=count - 1))


@dataclass
class Platformlike:
    """Has a row for each day and entity, and refuses a question about more than ``most`` of them."""

    ids: Sequence[str]
    most: int
    refusal: type[ConnectorError] = AskForLessError
    breaks_off: bool = False
    asked: list[Part] = field(default_factory=list)
    listed: int = 0

    async def read(self, part: Part) -> AsyncIterator[Page]:
        self.asked.append(part)
        about = (DELETED,) if part.is_rest else part.ids if part.ids is not None else (*self.ids, DELETED)
        keys = [(day.isoformat(), entity) for day in part.dates for entity in about]
        if self.breaks_off:
            yield Page((b"{}",))
        if len(keys) > self.most:
            raise self.refusal(CONTEXT)
        yield Page(tuple(json.dumps(key).encode() for key in keys))

    async def list_ids(self) -> Sequence[str]:
        self.listed += 1
        return self.ids


async def rows(splitting: Splitting, *parts: Part) -> list[tuple[str, str]]:
    return [tuple(json.loads(row)) async for page in splitting.pages(parts) for row in page.rows]


@pytest.mark.parametrize("most", [1, 2, 3, 7, 20, 41, 400, 10_000])
@pytest.mark.parametrize("count", [1, 2, 31])
async def test_every_row_comes_once_with_the_days_in_order(most: int, count: int) -> None:
    platform = Platformlike([str(n) for n in range(40)], most)
    splitting = Splitting(platform.read, platform.list_ids, has_rest=True)
    found = await rows(splitting, Part(days(count)))
    assert sorted(found) == sorted((d.isoformat(), e) for d in days(count) for e in (*platform.ids, DELETED))
    assert [day for day, _ in found] == sorted(day for day, _ in found)


async def test_a_length_that_was_too_much_is_not_tried_again() -> None:
    platform = Platformlike([], 8)
    await rows(Splitting(platform.read, platform.list_ids), Part(days(31)), Part(days(31)))
    assert [part.dates.days for part in platform.asked] == [31, 16, 8, 8, 8, 7, 8, 8, 8, 7]
    assert platform.listed == 0


async def test_a_short_part_says_nothing_against_a_long_one() -> None:
    platform = Platformlike([], 31)
    await rows(Splitting(platform.read, platform.list_ids), Part(days(31)), Part(days(1)))
    assert [part.dates.days for part in platform.asked] == [31, 1]


async def test_ids_come_in_chunks_that_an_address_can_hold() -> None:
    platform = Platformlike([str(n) for n in range(1_000)], 200)
    found = await rows(Splitting(platform.read, platform.list_ids), Part(days(1)))
    assert len(found) == 1_000
    assert [len(part.ids or ()) for part in platform.asked] == [0, 200, 200, 200, 200, 200]


async def test_sums_over_all_days_are_split_by_entity_alone() -> None:
    platform = Platformlike([str(n) for n in range(4)], 60)
    found = await rows(Splitting(platform.read, platform.list_ids, by_days=False), Part(days(31)))
    assert len(found) == 4 * 31
    assert {part.dates.days for part in platform.asked} == {31}
    assert [len(part.ids or ()) for part in platform.asked] == [0, 2, 1, 1, 2, 1, 1]


async def test_what_cannot_be_split_further_is_an_error() -> None:
    for ids in ([], ["1"], ["1", "2"]):
        platform = Platformlike(ids, 0)
        with pytest.raises(AskForLessError):
            await rows(Splitting(platform.read, platform.list_ids), Part(days(2)))


async def test_rows_that_have_come_are_not_asked_for_twice() -> None:
    platform = Platformlike(["1", "2"], 1, breaks_off=True)
    with pytest.raises(AskForLessError):
        await rows(Splitting(platform.read, platform.list_ids), Part(days(4)))
    assert len(platform.asked) == 1


async def test_other_errors_split_only_where_the_platform_means_too_much_by_them() -> None:
    for kind, is_split in ((TransientError, True), (PermanentError, False)):
        platform = Platformlike(["1"], 2, kind)
        splitting = Splitting(platform.read, platform.list_ids, lambda error: isinstance(error, TransientError))
        if is_split:
            assert len(await rows(splitting, Part(days(1), ("1", "2")))) == 2
            assert len(await rows(splitting, Part(days(4), ("1",)))) == 4
        else:
            with pytest.raises(kind):
                await rows(splitting, Part(days(4), ("1",)))
