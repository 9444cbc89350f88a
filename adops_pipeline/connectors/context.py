"""What every connector is built on: the context that it runs in, its sessions, and the accounts it could not read."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import httpx

from adops_pipeline.clock import Clock, system_clock
from adops_pipeline.connectors.base import Account, Sleep
from adops_pipeline.connectors.errors import ConnectorError
from adops_pipeline.connectors.http import HttpSession, PlatformPolicy, RateLimiter, RetryPolicy
from adops_pipeline.connectors.tokens import MemoryTokenStore, TokenStore


@dataclass(frozen=True, slots=True)
class ConnectorContext:
    """What a connector gets beside its credentials. The defaults reach the real platform.

    ``account_ids`` are the accounts to read, empty for all that the credentials reach. ``transport`` leads to an
    emulated platform; ``poll_seconds`` passes between two looks at a report that the platform is preparing.
    """

    account_ids: Sequence[str] = ()
    transport: httpx.AsyncBaseTransport | None = None
    clock: Clock = system_clock
    sleep: Sleep = asyncio.sleep
    poll_seconds: float = 2.0
    token_store: TokenStore = field(default_factory=MemoryTokenStore)
    rng: random.Random | None = None
    retry: RetryPolicy | None = None

    def session(
        self, base_url: str, policy: PlatformPolicy, auth: httpx.Auth, limiter: RateLimiter | None = None
    ) -> HttpSession:
        """A session with ``base_url`` in this context."""
        return HttpSession(
            base_url=base_url,
            policy=policy,
            auth=auth,
            transport=self.transport,
            limiter=limiter,
            retry=self.retry,
            sleep=self.sleep,
            rng=self.rng,
        )


class AccountReader:
    """The part of a connector that all platforms share: which accounts are read, and which could not be."""

    def __init__(self, context: ConnectorContext) -> None:
        self._account_ids = tuple(context.account_ids)
        self._failures: dict[str, Exception] = {}

    @property
    def failures(self) -> dict[str, Exception]:
        """Accounts that the last ``accounts()`` could not read, with the reason."""
        return dict(self._failures)

    async def _read_each(self, read: Callable[[str], Awaitable[Account]]) -> list[Account]:
        """The accounts named in the settings. Raises a failure that concerns no single account, as of the token."""
        found = []
        for account_id in self._account_ids:
            try:
                found.append(await read(account_id))
            except ConnectorError as error:
                if error.context.account_id is None:
                    raise
                self._failures[account_id] = error
        return found
