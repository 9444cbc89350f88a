"""Objects that clients created or changed on the emulated platforms, as of a moment. Built from the journal."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.sandbox.written.journal import Entry, Journal, MarketValues

_FIRST_ID = {
    Platform.GOOGLE_ADS: 22_900_000_001,
    Platform.META_ADS: 120_290_000_000_000_001,
    Platform.PINTEREST: 687_200_000_001,
}
"""Created objects of every kind are numbered from here; the market's own ids are all lower or of other kinds."""

_Key = tuple[Platform, str, str]


@dataclass(frozen=True, slots=True)
class WrittenObject:
    """One object: its entries up to a moment, oldest first, at least one."""

    entries: tuple[Entry, ...]

    @property
    def account_id(self) -> str:
        """The ad account; empty for what belongs to none (Pinterest's pins and boards)."""
        return self.entries[0].account_id

    @property
    def kind(self) -> str:
        """``campaign``, ``ad_group``, or what the platform's app calls it."""
        return self.entries[0].kind

    @property
    def object_id(self) -> str:
        """The platform's id."""
        return self.entries[0].object_id

    @property
    def parent_id(self) -> str:
        """The campaign of a created ad group, the ad group of a created ad; empty where there is none."""
        return self.entries[0].parent_id

    @property
    def is_created(self) -> bool:
        """Whether a client created it; else it is one of the market's, changed."""
        return self.entries[0].is_created

    @property
    def created_at(self) -> datetime:
        """Time of the first write."""
        return self.entries[0].at

    @property
    def updated_at(self) -> datetime:
        """Time of the last write."""
        return self.entries[-1].at

    @property
    def market(self) -> MarketValues:
        """All values in the market's terms that were written, the latest of each."""
        values: MarketValues = {}
        for entry in self.entries:
            values.update(entry.market)
        return values

    @property
    def body(self) -> dict[str, Any]:
        """All values in the platform's own form that were written, the latest of each."""
        return {name: value for entry in self.entries for name, value in entry.body.items()}

    def at(self, moment: datetime) -> "WrittenObject | None":
        """The object as of a moment; None before its first write."""
        entries = tuple(entry for entry in self.entries if entry.at <= moment)
        return WrittenObject(entries) if entries else None


class Turn:
    """Writes that are kept together or not at all."""

    def __init__(self, known: Sequence[Entry], new: list[Entry], at: datetime) -> None:
        self._known = known
        self._new = new
        self._at = at

    def create(
        self,
        platform: Platform,
        account_id: str,
        kind: str,
        *,
        parent_id: str = "",
        market: MarketValues | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> str:
        """Create an object; the answer is its id. A campaign needs all of `MarketValues`, an ad group some."""
        created = sum(1 for e in (*self._known, *self._new) if e.is_created and e.platform is platform)
        object_id = str(_FIRST_ID[platform] + created)
        self._new.append(
            Entry(
                at=self._at,
                platform=platform,
                account_id=account_id,
                kind=kind,
                object_id=object_id,
                is_created=True,
                parent_id=parent_id,
                market=market or {},
                body=dict(body or {}),
            )
        )
        return object_id

    def change(
        self,
        platform: Platform,
        account_id: str,
        kind: str,
        object_id: str,
        *,
        market: MarketValues | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> None:
        """Change an object, whether the market's or a created one: only the values that are given."""
        self._new.append(
            Entry(
                at=self._at,
                platform=platform,
                account_id=account_id,
                kind=kind,
                object_id=object_id,
                market=market or {},
                body=dict(body or {}),
            )
        )


class WrittenObjects:
    """What clients created or changed. ``path``: the journal's file; without it everything ends with the process."""

    def __init__(self, path: Path | None = None) -> None:
        self._journal = Journal(path)
        self._generation = 0
        self._indexed = 0
        self._objects: dict[_Key, list[Entry]] = {}
        self._of_account: dict[tuple[Platform, str], dict[_Key, None]] = {}

    @contextmanager
    def turn(self, at: datetime) -> Iterator[Turn]:
        """Write as of ``at`` (aware): everything in the block is kept at its end, nothing if it raises."""
        with self._journal.turn() as new:
            yield Turn(self._journal.entries(), new, at)

    def find(self, platform: Platform, kind: str, object_id: str, now: datetime) -> WrittenObject | None:
        """An object that was created or changed by ``now``."""
        self._index()
        return _as_of(self._objects.get((platform, kind, object_id), ()), now)

    def objects(self, platform: Platform, account_id: str, kind: str, now: datetime) -> list[WrittenObject]:
        """Objects of an account that were created or changed by ``now``, in the order of their first write."""
        self._index()
        keys = self._of_account.get((platform, account_id), {})
        found = (_as_of(self._objects[key], now) for key in keys if key[1] == kind)
        return [one for one in found if one is not None]

    def created(self, platform: Platform, account_id: str, kind: str, now: datetime) -> list[WrittenObject]:
        """Objects of an account that were created by ``now``, oldest first."""
        return [one for one in self.objects(platform, account_id, kind, now) if one.is_created]

    def has_any(self, platform: Platform, account_id: str) -> bool:
        """Whether anything of the account was ever written."""
        self._index()
        return (platform, account_id) in self._of_account

    def _index(self) -> None:
        entries = self._journal.entries()
        if self._journal.generation != self._generation:
            self._generation, self._indexed = self._journal.generation, 0
            self._objects, self._of_account = {}, {}
        for entry in entries[self._indexed :]:
            key = (entry.platform, entry.kind, entry.object_id)
            self._objects.setdefault(key, []).append(entry)
            self._of_account.setdefault((entry.platform, entry.account_id), {})[key] = None
        self._indexed = len(entries)


def _as_of(entries: Iterable[Entry], now: datetime) -> WrittenObject | None:
    made = tuple(entry for entry in entries if entry.at <= now)
    return WrittenObject(made) if made else None
