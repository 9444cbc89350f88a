"""Access to the operational store: an engine with the right pragmas, short transactions, clear errors.

SQLite and PostgreSQL behave alike here: one writer at a time, readers that see one moment and are never blocked by it.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from adops_pipeline.operations.engine import WRITES, build_engine, redacted
from adops_pipeline.operations.errors import StoreError
from adops_pipeline.operations.migrate import migrate

__all__ = ["Connection", "Store", "redacted"]

_WRITER_LOCK = 0x61646F7073_01
"""PostgreSQL's advisory lock that makes writers take turns."""
_MEANINGS = (
    (("locked", "lock timeout"), "is locked by another process; try again"),
    (("no such table", 'relation "'), "has no tables yet; `adops up` and `adops run` create them"),
    (("readonly", "read-only"), "cannot be written: it is read-only, or the transaction is"),
    (("password authentication", "no password supplied"), "rejects the user or the password"),
    (("permission denied",), "does not give this user enough rights: it must own the database or its schema"),
    (("does not exist",), "does not exist: the server has no such database or user"),
    (("not a database", "malformed"), "is not an operational store, or it is damaged"),
    (("unable to open",), "cannot be opened: check the folder and its permissions"),
    (("disk is full", "no space"), "has no space left on its disk"),
)
"""Explanations of drivers' error messages."""


class Store:
    """The operational store at ``url``: ``sqlite:///file`` or ``postgresql://user:password@host/database``.

    Nothing is opened before the first use; a writer waits at most ``patience_seconds`` for the lock.
    """

    def __init__(self, url: str, patience_seconds: float = 30.0) -> None:
        self.name = redacted(url)
        self.engine = build_engine(url, patience_seconds)
        self._writer = self.engine.execution_options(**{WRITES: True})
        self._reader = self.engine
        self._patience = patience_seconds
        if self.is_postgres:
            self._reader = self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @property
    def is_postgres(self) -> bool:
        """Whether the store is on a server rather than in a file."""
        return self.engine.dialect.name == "postgresql"

    @property
    def file(self) -> Path | None:
        """The file of the store; None if it is on a server."""
        return None if self.is_postgres else Path(self.engine.url.database or "").absolute()

    def migrate(self) -> list[str]:
        """Migrate the tables to this version; the names of the steps applied. Safe to call at every start."""
        with self._explained():
            if self.file is not None:
                self.file.parent.mkdir(parents=True, exist_ok=True)
            return migrate(self._writer)

    def writing(self) -> AbstractContextManager[Connection]:
        """A transaction that may write, all or nothing. Other writers wait meanwhile: keep it short."""
        return self._transaction(self._writer)

    def reading(self) -> AbstractContextManager[Connection]:
        """A read-only transaction that sees the store as of one moment."""
        return self._transaction(self._reader)

    @contextmanager
    def _transaction(self, engine: Engine) -> Iterator[Connection]:
        with self._explained(), engine.begin() as con:
            if self.is_postgres and engine is self._writer:
                con.execute(
                    text("SELECT set_config('lock_timeout', :patience, true)"), {"patience": self._lock_timeout}
                )
                con.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITER_LOCK})
            yield con

    @property
    def _lock_timeout(self) -> str:
        return f"{int(self._patience * 1000)}ms"

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Translate database errors into StoreError. The driver's message may contain an address and is dropped."""
        try:
            yield
        except PoolTimeoutError:
            raise StoreError(f"{self.name} has no connection left; try again") from None
        except IntegrityError:
            raise
        except DBAPIError as error:
            reason = _reason(error)
            if reason is None:
                raise
            raise StoreError(f"{self.name} {reason}") from None

    def close(self) -> None:
        """Close every connection; the store can be used again afterwards."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _reason(error: DBAPIError) -> str | None:
    """Explanation of the error; None if a statement is wrong rather than the store."""
    said = str(error.orig).lower()
    for words, meaning in _MEANINGS:
        if any(word in said for word in words):
            return meaning
    if isinstance(error, OperationalError | InterfaceError):
        return "cannot be reached; is it running, and is ADOPS_STORE_URL right?"
    return None
