"""The three emulated platforms over one market: as transports for clients in this process, and as one app on loopback.

Which path belongs to whom is decided here; what is answered is each platform's own matter.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

import httpx
from starlette.types import ASGIApp, Receive, Scope, Send

from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.sandbox.faults import Dialect, FaultMiddleware, FaultPlan, FaultTransport
from adops_pipeline.sandbox.google_ads import GoogleAdsDialect, build_google_ads_app
from adops_pipeline.sandbox.market import Market
from adops_pipeline.sandbox.meta_ads import MetaAdsDialect, build_meta_ads_app
from adops_pipeline.sandbox.pinterest import PinterestDialect, build_pinterest_app
from adops_pipeline.sandbox.written import WrittenObjects

_META_PATH = re.compile(r"^/v\d+\.\d+(/|$)")
_PINTEREST_PATH = re.compile(r"^/(v5|report-files)(/|$)")


class _Builder(Protocol):
    def __call__(
        self, market: Market, clock: Callable[[], datetime], *, written: WrittenObjects | None = None
    ) -> ASGIApp: ...


_BUILDERS: Mapping[Platform, tuple[_Builder, Callable[[], Dialect]]] = {
    Platform.GOOGLE_ADS: (build_google_ads_app, GoogleAdsDialect),
    Platform.META_ADS: (build_meta_ads_app, MetaAdsDialect),
    Platform.PINTEREST: (build_pinterest_app, PinterestDialect),
}


class Sandbox:
    """The emulated platforms; apps are built when first asked for.

    ``written`` keeps what clients create and change; without it that ends with the process.
    """

    def __init__(
        self,
        market: Market,
        clock: Callable[[], datetime],
        plan: FaultPlan,
        written: WrittenObjects | None = None,
    ) -> None:
        self._market = market
        self._written = written or WrittenObjects()
        self._clock = clock
        self._plan = plan

    def transport(self, platform: Platform) -> httpx.AsyncBaseTransport:
        """How a client in this process reaches a platform."""
        return FaultTransport(httpx.ASGITransport(self._app(platform, on_loopback=False)), self._plan)

    def app(self) -> ASGIApp:
        """All three behind one port: their paths tell them apart."""
        apps = {platform: self._app(platform, on_loopback=True) for platform in Platform}

        async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
            await apps[platform_of(scope.get("path", ""))](scope, receive, send)

        return dispatch

    def _app(self, platform: Platform, *, on_loopback: bool) -> ASGIApp:
        build, dialect = _BUILDERS[platform]
        app = build(self._market, self._clock, written=self._written)
        return FaultMiddleware(app, self._plan, dialect(), on_loopback=on_loopback)


def platform_of(path: str) -> Platform:
    """Whose path it is: ``/v5/…`` Pinterest's, ``/v26.0/…`` Meta's, all others (``/v26/…``, ``/token``) Google's."""
    if _PINTEREST_PATH.match(path):
        return Platform.PINTEREST
    return Platform.META_ADS if _META_PATH.match(path) else Platform.GOOGLE_ADS
