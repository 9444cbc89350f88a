"""The interface of every platform's connector, and its data types. No vendor names here."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from adops_pipeline.clock import zone_of
from adops_pipeline.domain.vocabulary import DateRange, Platform, Report

_ACCOUNT_ID = re.compile(r"[\w-]{1,64}", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}")
_LONGEST_SHOWN = 40

Sleep = Callable[[float], Awaitable[None]]
"""Waits for a number of seconds: ``asyncio.sleep`` outside tests."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Owner and permissions of the credentials, for `adops doctor`."""

    platform: Platform
    name: str
    permissions: tuple[str, ...]
    account_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Account:
    """An ad account that the credentials can read.

    ``timezone`` (IANA) is the zone of the platform's report days: Pinterest's is always UTC.
    ``row`` is the platform's own JSON for it, on one line. Raises ValueError for what no account can have: its days
    and its money could not be told.
    """

    platform: Platform
    account_id: str
    name: str
    currency: str
    timezone: str
    row: bytes

    def __post_init__(self) -> None:
        if not _ACCOUNT_ID.fullmatch(self.account_id):
            raise ValueError(f"the account id {self.account_id[:_LONGEST_SHOWN]!r} is no id")
        if not self.currency:
            raise ValueError("the account has no currency")
        if not _CURRENCY.fullmatch(self.currency):
            raise ValueError(f"the account's currency {self.currency[:_LONGEST_SHOWN]!r} is no currency code")
        if not self.timezone:
            raise ValueError("the account has no time zone")
        zone_of(self.timezone)


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one response, each the platform's JSON text on a single line, numbers unchanged."""

    rows: tuple[bytes, ...]


class Connector(Protocol):
    """A platform's connector. Its methods raise only ``ConnectorError``s."""

    @property
    def platform(self) -> Platform:
        """The platform."""
        ...

    async def identity(self) -> Identity:
        """Identity and permissions of the credentials."""
        ...

    async def accounts(self) -> list[Account]:
        """Ad accounts to pull: those in the settings, otherwise all that are accessible except managers.

        An account that cannot be read does not fail the others: see ``failures``.
        """
        ...

    @property
    def failures(self) -> dict[str, Exception]:
        """Accounts that ``accounts()`` could not read, with the reason; without an id, their place in the list."""
        ...

    def pull(self, report: Report, account: Account, dates: DateRange | None = None) -> AsyncIterator[Page]:
        """All rows of one report for one account; ``dates`` for the reports that cover days.

        Pages arrive as the platform sends them; entities of every status are included, removed ones too where the
        platform still tells. Retries and throttling are dealt with inside.
        """
        ...

    async def aclose(self) -> None:
        """Close connections."""
        ...
