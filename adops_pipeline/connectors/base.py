"""What every platform's connector offers, and the plain data it hands over. No vendor names here."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from adops_pipeline.domain.vocabulary import DateRange, Platform, Report

Sleep = Callable[[float], Awaitable[None]]
"""How a client waits: ``asyncio.sleep`` outside tests."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the credentials belong to and what they allow: what `adops doctor` prints."""

    platform: Platform
    name: str
    permissions: tuple[str, ...]
    account_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Account:
    """An ad account that the credentials can read.

    ``timezone`` (IANA) is the zone in which the platform cuts its report days: Pinterest's is always UTC.
    ``row`` is the platform's own JSON for it, on one line.
    """

    platform: Platform
    account_id: str
    name: str
    currency: str
    timezone: str
    row: bytes


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one answer, each the platform's own JSON text on a single line, numbers untouched."""

    rows: tuple[bytes, ...]


class Connector(Protocol):
    """A platform as the sync sees it. Every method raises only ``ConnectorError``s."""

    @property
    def platform(self) -> Platform:
        """Which platform this is."""
        ...

    async def identity(self) -> Identity:
        """Ask the platform who we are and what we may do."""
        ...

    async def accounts(self) -> list[Account]:
        """Ad accounts to pull: those named in the settings, else all that are accessible (managers left out).

        An account named in settings that cannot be read does not fail the others: see ``failures``.
        """
        ...

    @property
    def failures(self) -> dict[str, Exception]:
        """Accounts that ``accounts()`` could not read, with the reason."""
        ...

    def pull(self, report: Report, account: Account, dates: DateRange | None = None) -> AsyncIterator[Page]:
        """All rows of one report for one account; ``dates`` for the daily reports only.

        Pages arrive as the platform sends them; entities of every status are included, removed ones too where the
        platform still tells. Retries and throttling are dealt with inside.
        """
        ...

    async def aclose(self) -> None:
        """Close connections."""
        ...
