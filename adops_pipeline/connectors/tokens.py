"""Tokens that platforms hand out: which are usable, how long they count, where refresh tokens are kept between runs.

Tokens from the settings do not pass here.
"""

import contextlib
import logging
import math
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Protocol

import msgspec

from adops_pipeline.connectors.errors import AuthError, ContractError, FailureContext
from adops_pipeline.domain.vocabulary import Platform

if sys.platform != "win32":
    import fcntl

_LOG = logging.getLogger(__name__)
_OWNER_ONLY = 0o600


def usable_token(token: str, context: FailureContext) -> str:
    """``token`` if a header can carry it. Raises ContractError, which does not show it."""
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise ContractError(replace(context, message="the answer's token is empty or has characters that no token has"))
    return token


def lifetime(answer: bytes, usual: timedelta, context: FailureContext) -> timedelta:
    """How long a token counts: ``answer`` is the JSON of the seconds that the platform gave, empty for none.

    Where these are no number above 0, it counts for the ``usual`` time, and never for longer than ten times that: a
    platform that means milliseconds, or sends nonsense, must not keep a token for ever.
    """
    seconds = number_in(answer)
    if seconds is not None and seconds > 0:
        return timedelta(seconds=min(seconds, 10 * usual.total_seconds()))
    where = f"{context.platform}: {context.request}"
    _LOG.warning("%s: the answer gives no lifetime of the token; it is used for %s", where, usual)
    return usual


def number_in(answer: bytes) -> float | None:
    """The finite number that the JSON ``answer`` is, or has as text; else None."""
    try:
        number = float(answer.strip(b'"'))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


class TokenStore(Protocol):
    """Keeps the newest refresh token of each platform."""

    def load(self, platform: Platform) -> str | None:
        """The kept token; None when there is none. Raises AuthError when the store cannot be read."""
        ...

    def save(self, platform: Platform, refresh_token: str) -> None:
        """Keep ``refresh_token`` for good before returning. Raises OSError when that is not possible."""
        ...


class MemoryTokenStore:
    """Tokens for the life of the process: for emulated platforms and tests."""

    def __init__(self) -> None:
        self._tokens: dict[Platform, str] = {}

    def load(self, platform: Platform) -> str | None:
        """See ``TokenStore``."""
        return self._tokens.get(platform)

    def save(self, platform: Platform, refresh_token: str) -> None:
        """See ``TokenStore``."""
        self._tokens[platform] = refresh_token


class FileTokenStore:
    """Tokens in one JSON file that only its owner may read (mode 0600), replaced atomically.

    Processes that save at the same time take turns, so that neither loses the other's token.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self, platform: Platform) -> str | None:
        """See ``TokenStore``."""
        return self._read(platform).get(platform.value)

    def save(self, platform: Platform, refresh_token: str) -> None:
        """See ``TokenStore``."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with _turn(self._path.with_name(f".{self._path.name}.lock")):
            tokens = {**self._read(platform), platform.value: refresh_token}
            _replace(self._path, msgspec.json.format(msgspec.json.encode(tokens), indent=2))

    def _read(self, platform: Platform) -> dict[str, str]:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=dict[str, str])
        except FileNotFoundError:
            return {}
        except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not a JSON object of texts"
            message = f"the token store {self._path} cannot be read: {reason}; repair or delete it"
            raise AuthError(FailureContext(platform, "token store", message=message)) from None


def _replace(path: Path, content: bytes) -> None:
    """Write beside, flush to disk, rename over: a crash leaves the former file or the new one."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(_OWNER_ONLY)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def _turn(lock: Path) -> Iterator[None]:
    """Hold an exclusive file lock. Windows has no flock; there, processes that save at once are not kept apart."""
    descriptor = os.open(lock, os.O_CREAT | os.O_RDWR, _OWNER_ONLY)
    try:
        if sys.platform != "win32":
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
