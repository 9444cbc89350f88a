"""Builds the unified tables again from the raw files: beside the warehouse, which is replaced only by a whole one.

Nothing is replaced while raw files are damaged or missing, unless that is accepted, or where the rebuilt tables break
their promises. A warehouse file that cannot be opened is kept aside under another name.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

import msgspec

from adops_pipeline.clock import Clock
from adops_pipeline.domain.tables import TABLES
from adops_pipeline.services.errors import RefusedError, WarehouseError
from adops_pipeline.services.pipeline import RateSource
from adops_pipeline.warehouse import checks, ledger, unify
from adops_pipeline.warehouse.connection import DamagedWarehouseError, Warehouse
from adops_pipeline.warehouse.files import copy_bytes, sync_folder
from adops_pipeline.warehouse.fx import load_fx
from adops_pipeline.warehouse.normalize import NormalizeOptions
from adops_pipeline.warehouse.normalize.budgets import forget_observations
from adops_pipeline.warehouse.publish import Published
from adops_pipeline.warehouse.raw_landing import RawLanding

_NAMED = 3


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """Counts of a rebuild, and where the damaged file was kept, if there was one."""

    pulls: int
    rows: int
    rejects: int
    kept_aside: Path | None


@dataclass(frozen=True)
class Rebuilding:
    """The rebuild of one installation."""

    warehouse: Warehouse
    landing: RawLanding
    options: NormalizeOptions
    rates: RateSource
    clock: Clock
    publish: Callable[[], Published]

    def rebuild(self, *, without_damaged: bool = False) -> Rebuilt:
        """Build the tables from the raw files, replace the warehouse, and publish.

        Raises RefusedError where raw files are damaged or missing and ``without_damaged`` is False, and WarehouseError
        where the rebuilt tables break a promise; nothing is replaced then.
        """
        try:
            unified, kept_aside = self._replaced(without_damaged=without_damaged, is_damaged=False)
        except DamagedWarehouseError:  # found when it is opened, or only when a block of it is read
            unified, kept_aside = self._replaced(without_damaged=without_damaged, is_damaged=True)
        published = self.publish()
        return Rebuilt(unified.pulls, sum(published.tables.values()), unified.rejects, kept_aside)

    def _replaced(self, *, without_damaged: bool, is_damaged: bool) -> tuple[unify.Unified, Path | None]:
        """What was unified into the new warehouse, and where the damaged one was kept."""
        lost = list(self._lost_by_sidecars()) if is_damaged else self._lost_by_ledger()
        self._refuse([] if without_damaged else lost)
        beside = self.warehouse.path.with_name(f".{self.warehouse.path.name}.rebuilt")
        _remove(beside)
        try:
            with self._locked(beside, is_damaged=is_damaged):
                unified = self._build(beside)
                kept_aside = self._keep_aside() if is_damaged else None
                beside.replace(self.warehouse.path)
                sync_folder(beside.parent)
        finally:
            _remove(beside)
        return unified, kept_aside

    def _lost_by_ledger(self) -> list[str]:
        with self.warehouse.reading() as con:
            known = ledger.pulls_on_file(con)
        return ledger.lost_pulls(known, self.landing)

    def _refuse(self, lost: list[str]) -> None:
        if lost:
            more = f" and {len(lost) - _NAMED} more" if len(lost) > _NAMED else ""
            raise RefusedError(
                f"nothing was rebuilt, because raw files are damaged or missing: {len(lost)} of them "
                f"({'; '.join(lost[:_NAMED])}{more}). Restore them from a backup, or build without them: "
                "adops raw rebuild --without-damaged"
            )
        if next(iter(self.landing.sidecars()), None) is None:
            raise RefusedError(
                f"nothing was rebuilt: there are no raw files in {self.landing.root}. Restore the folder from a "
                "backup; `adops run` pulls what the platforms still have"
            )

    def _lost_by_sidecars(self) -> Iterator[str]:
        """Damaged pulls, as far as the files themselves tell: without a ledger, missing ones are not known."""
        for sidecar in self.landing.sidecars():
            try:
                damage = self.landing.damage(self.landing.read_sidecar(sidecar))
            except msgspec.MsgspecError as error:
                damage = f"the sidecar cannot be read: {error}"
            if damage:
                yield f"{sidecar.stem}: {damage}"

    @contextmanager
    def _locked(self, beside: Path, *, is_damaged: bool) -> Iterator[None]:
        """Keep other writers out, and begin ``beside`` as a copy, with what cannot be built from raw files."""
        if is_damaged:
            yield
            return
        with self.warehouse.frozen(lambda _: None) as (_, source):
            with beside.open("wb") as copy:
                copy_bytes(source, copy)
            yield

    def _build(self, beside: Path) -> unify.Unified:
        own = Warehouse(beside)
        with own.writing() as con:
            load_fx(con, self.rates.path, self.rates.reporting_currency, self.rates.max_age_days)
            forget_observations(con)
            ledger.rebuild(con, self.landing)
            unified = unify.unify_all(con, self.landing, self.options)
            for table in TABLES.values():
                if table.concept == "metrics":
                    for found in (*checks.key_violations(con, table), *checks.column_violations(con, table)):
                        raise WarehouseError(
                            f'nothing was replaced: the rebuilt {found.table} breaks "{found.promise}" in '
                            f"{found.rows} rows, e.g. {found.example}"
                        )
        return unified

    def _keep_aside(self) -> Path:
        path = self.warehouse.path
        aside = path.with_name(f"{path.name}.damaged-{self.clock().astimezone(UTC):%Y%m%dT%H%M%S}")
        path.replace(aside)
        path.with_name(f"{path.name}.wal").unlink(missing_ok=True)
        return aside


def _remove(beside: Path) -> None:
    for left in (beside, beside.with_name(f"{beside.name}.wal")):
        left.unlink(missing_ok=True)
