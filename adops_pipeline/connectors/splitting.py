"""Asks for less when a platform cannot answer at once: halves of the days first, then of the campaigns or ad groups.

Without knowledge of any platform: what a part is asked with, and which errors mean "too much", each connector says.
"""

from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from adops_pipeline.connectors.base import Page
from adops_pipeline.connectors.errors import AskForLessError, ConnectorError
from adops_pipeline.domain.vocabulary import DateRange

MOST_IDS = 200
"""Ids in one question: more of them make addresses that proxies on the way may refuse."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a report: its days, and the entities asked for. ``ids`` None: all of them.

    ``is_rest``: those that no list has, beside the parts with ids.
    """

    dates: DateRange
    ids: tuple[str, ...] | None = None
    is_rest: bool = False


@dataclass(frozen=True, slots=True)
class Splitting:
    """How one report may be split.

    ``ids`` lists its entities; ``has_rest``: the platform keeps rows of entities that it lists no more;
    ``by_days`` is false where rows are sums over all days asked for.
    """

    read: Callable[[Part], AsyncIterator[Page]]
    ids: Callable[[], Awaitable[Sequence[str]]]
    is_too_much: Callable[[ConnectorError], bool] = lambda _: False
    """Whether an error other than AskForLessError means that less may succeed; retries are over by then."""
    has_rest: bool = False
    by_days: bool = True

    async def pages(self, parts: Sequence[Part]) -> AsyncIterator[Page]:
        """The pages of all ``parts`` in order. Raises the error of a part that is as small as can be.

        A part that has sent rows is not asked for again: they cannot be taken back.
        """
        waiting = deque(parts)
        longest = max((part.dates.days for part in parts), default=1)
        while waiting:
            part = waiting.popleft()
            if part.dates.days > longest:
                waiting.extendleft(reversed(_by_days(part, longest)))
                continue
            has_rows = False
            try:
                async for page in self.read(part):
                    has_rows = True
                    yield page
                    del page
            except ConnectorError as error:
                if has_rows or not (isinstance(error, AskForLessError) or self.is_too_much(error)):
                    raise
                if self.by_days and part.dates.days > 1:
                    # What is too long now will be so later: no other part is tried at that length.
                    longest = (part.dates.days + 1) // 2
                    waiting.appendleft(part)
                    continue
                smaller = await self._by_ids(part)
                if not smaller:
                    raise
                waiting.extendleft(reversed(smaller))

    async def _by_ids(self, part: Part) -> list[Part]:
        """The part's entities in halves; empty if there is one only."""
        if part.is_rest:
            return []
        ids = tuple(await self.ids()) if part.ids is None else part.ids
        if len(ids) < 2:
            return []
        found = [replace(part, ids=chunk) for chunk in in_chunks(ids, min(MOST_IDS, (len(ids) + 1) // 2))]
        return [*found, replace(part, is_rest=True)] if self.has_rest and part.ids is None else found


def in_chunks(ids: Sequence[str], size: int = MOST_IDS) -> Iterator[tuple[str, ...]]:
    """``ids`` in chunks of at most ``size``."""
    return (tuple(ids[first : first + size]) for first in range(0, len(ids), size))


def _by_days(part: Part, days: int) -> list[Part]:
    return [replace(part, dates=dates) for dates in part.dates.split(days)]
