"""Which pulls can be applied together: pure planning over the ledger's rows, no SQL."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from adops_pipeline.domain.vocabulary import Platform, Report
from adops_pipeline.warehouse.raw_landing import Pull

MAX_BATCH_ROWS = 1_000_000
"""Rows that one transaction holds in memory: about 0.5 kB each, sorting included."""

_ORDER = (
    *(Report.ACCOUNTS, Report.CAMPAIGNS, Report.AD_GROUPS, Report.CHANGES),
    *(Report.CAMPAIGN_DAILY, Report.AD_GROUP_DAILY, Report.CAMPAIGN_TOTALS),
)


@dataclass(frozen=True, slots=True)
class Batch:
    """Pulls of one platform and report, no two of which cover the same account and day; totals of periods may."""

    platform: Platform
    report: Report
    pulls: tuple[Pull, ...]

    def generations(self) -> list["Batch"]:
        """The same pulls, oldest first, in batches without overlap."""
        return [Batch(self.platform, self.report, tuple(layer)) for layer in _generations(self.pulls)]


def plan_batches(pulls: Iterable[Pull], max_rows: int = MAX_BATCH_ROWS) -> Iterator[Batch]:
    """Batches in the order in which they must be applied: entities first, then each generation of daily pulls.

    A generation holds pulls that do not overlap; a pull comes after every older one that it overlaps, so that the
    restatement history sees each observation in turn. Totals of periods, which nearly all overlap, form one generation:
    each pull keeps its own.
    """
    kinds: dict[tuple[Report, Platform], list[Pull]] = defaultdict(list)
    for pull in sorted(pulls, key=lambda pull: (pull.pulled_at, pull.pull_id)):
        kinds[Report(pull.report), Platform(pull.platform)].append(pull)
    for report, platform in sorted(kinds, key=lambda kind: (_ORDER.index(kind[0]), kind[1])):
        of_kind = kinds[report, platform]
        for generation in [of_kind] if report is Report.CAMPAIGN_TOTALS else _generations(of_kind):
            for chunk in _chunks(generation, max_rows):
                yield Batch(platform, report, chunk)


def _generations(pulls: Sequence[Pull]) -> list[list[Pull]]:
    """``pulls``, oldest first, in layers without overlap."""
    layers: list[list[Pull]] = []
    depth_of: dict[str, list[tuple[Pull, int]]] = defaultdict(list)
    for pull in pulls:
        seen = depth_of[pull.account_id]
        depth = max((depth + 1 for older, depth in seen if _overlap(older, pull)), default=0)
        seen.append((pull, depth))
        if depth == len(layers):
            layers.append([])
        layers[depth].append(pull)
    return layers


def _overlap(one: Pull, other: Pull) -> bool:
    """Whether two pulls of an account overlap; entity pulls have no days and always do."""
    if one.range_start is None or one.range_end is None or other.range_start is None or other.range_end is None:
        return True
    return one.range_start <= other.range_end and other.range_start <= one.range_end


def _chunks(pulls: Sequence[Pull], max_rows: int) -> Iterator[tuple[Pull, ...]]:
    chunk: list[Pull] = []
    rows = 0
    for pull in pulls:
        if chunk and rows + pull.rows > max_rows:
            yield tuple(chunk)
            chunk, rows = [], 0
        chunk.append(pull)
        rows += pull.rows
    if chunk:
        yield tuple(chunk)
