"""Connects to each platform: to the real host in live mode, otherwise to the emulated app in this process.

The client's code is the same; transport, clock and credentials differ. Composition only.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache

from pydantic import SecretStr

from adops_pipeline.clock import Clock
from adops_pipeline.connectors.base import Connector
from adops_pipeline.connectors.bounds import Limits
from adops_pipeline.connectors.context import ConnectorContext
from adops_pipeline.connectors.google_ads import GoogleAdsConnector, GoogleAdsCredentials
from adops_pipeline.connectors.meta_ads import MetaAdsConnector, MetaAdsCredentials
from adops_pipeline.connectors.pinterest import PinterestConnector, PinterestCredentials
from adops_pipeline.connectors.tokens import FileTokenStore
from adops_pipeline.domain.experiments.definitions import TestDefinition, Variant
from adops_pipeline.domain.platforms import FACTS
from adops_pipeline.domain.vocabulary import DateRange, Platform
from adops_pipeline.sandbox import google_ads as google_sandbox
from adops_pipeline.sandbox import meta_ads as meta_sandbox
from adops_pipeline.sandbox import pinterest as pinterest_sandbox
from adops_pipeline.sandbox.faults import FaultPlan
from adops_pipeline.sandbox.market import FIRST_DAY, Market, PlantedExperiment, named_world
from adops_pipeline.sandbox.platforms import Sandbox
from adops_pipeline.sandbox.written import WrittenObjects
from adops_pipeline.settings import Settings, SettingsError

_LIVE_POLL_SECONDS = 5.0


def reach_days() -> Mapping[Platform, int]:
    """How many days back each platform's daily reports go."""
    return {platform: facts.max_history_days for platform, facts in FACTS.items()}


def change_days() -> Mapping[Platform, int]:
    """How many days back each platform's log of changes is read; 0: it has none."""
    return {platform: facts.max_change_days or 0 for platform, facts in FACTS.items()}


def build_sandbox(settings: Settings, clock: Clock) -> Sandbox:
    """The emulated platforms, with the faults that are set and what clients wrote to them before."""
    try:
        plan = FaultPlan.parse(settings.sandbox.faults)
    except ValueError as error:
        raise SettingsError([f"sandbox.faults: {error}"]) from None
    revoked = plan.revoked_accounts | frozenset(settings.sandbox.revoked_accounts)
    written = WrittenObjects(settings.data_dir / "sandbox" / "writes.ndjson")
    return Sandbox(_market_of(settings), clock, FaultPlan(plan.seed, plan.rates, revoked, plan.limit), written)


def planted_tests(settings: Settings, started: DateRange) -> tuple[TestDefinition, ...]:
    """The A/B tests that the simulated market began within ``started``, on platforms of mode `test`.

    Contains only what people who set up such tests would know.
    """
    pulled = {name: block for name, block in settings.platforms.items() if block.mode == "test"}
    return tuple(
        _as_declared(test)
        for test in _market_of(settings).truth.experiments
        if test.start in started
        and test.platform in pulled
        and (not pulled[test.platform].accounts or test.account_id in pulled[test.platform].accounts)
    )


def _as_declared(test: PlantedExperiment) -> TestDefinition:
    return TestDefinition(
        id=f"{test.campaign_id}-{test.start:%Y%m%d}",
        name=f"{test.metric.upper()} of two variants from {test.start}",
        platform=test.platform,
        campaign_id=test.campaign_id,
        metric=test.metric,
        variant_a=Variant("Variant A", (test.ad_group_a,)),
        variant_b=Variant("Variant B", (test.ad_group_b,)),
        started_on=test.start,
        max_days=(test.end - test.start).days + 1,
        expected_split=0.5,
    )


def _market_of(settings: Settings) -> Market:
    return _market(settings.sandbox.seed, settings.sandbox.world)


@cache
def _market(seed: int, world: str) -> Market:
    """One market for each process and world, because drawing it takes time."""
    try:
        return Market(seed, FIRST_DAY, named_world(world, FIRST_DAY))
    except ValueError as error:
        raise SettingsError([f"sandbox.world: {error}"]) from None


def platform_connector(settings: Settings, clock: Clock) -> Callable[[Platform], Connector]:
    """A function that connects to a platform; each call returns a new connector."""
    sandbox = build_sandbox(settings, clock)
    kept = FileTokenStore(settings.data_dir / "tokens.json")

    def connect(platform: Platform) -> Connector:
        accounts = settings.platforms[platform].accounts
        is_live = settings.platforms[platform].mode == "live"
        if is_live:
            context = ConnectorContext(accounts, poll_seconds=_LIVE_POLL_SECONDS, token_store=kept)
        else:
            context = ConnectorContext(accounts, sandbox.transport(platform), clock, _emulated_sleep, poll_seconds=0.0)
        context = replace(context, limits=Limits(**settings.limits.model_dump()), folder=settings.data_dir)
        return _CONNECTORS[platform](settings, context, is_live)

    return connect


async def _emulated_sleep(_: float) -> None:
    """Return at once: an emulated platform has finished its work by the next request."""
    await asyncio.sleep(0)


def _shown(secret: SecretStr | None) -> str:
    """A credential's value. Settings guarantee that it is present in live mode."""
    return secret.get_secret_value() if secret else ""


def _google_ads(settings: Settings, context: ConnectorContext, is_live: bool) -> Connector:
    own, emulated = settings.google_ads, google_sandbox
    if is_live:
        credentials = GoogleAdsCredentials(
            client_id=_shown(own.client_id),
            client_secret=_shown(own.client_secret),
            refresh_token=_shown(own.refresh_token),
            developer_token=_shown(own.developer_token),
            login_customer_id=own.login_customer_id,
        )
    else:
        credentials = GoogleAdsCredentials(
            client_id=emulated.SANDBOX_CLIENT_ID,
            client_secret=emulated.SANDBOX_CLIENT_SECRET,
            refresh_token=emulated.SANDBOX_REFRESH_TOKEN,
            developer_token=emulated.SANDBOX_DEVELOPER_TOKEN,
            login_customer_id=None,
        )
    return GoogleAdsConnector(credentials, context)


def _meta_ads(settings: Settings, context: ConnectorContext, is_live: bool) -> Connector:
    own, emulated = settings.meta_ads, meta_sandbox
    if is_live:
        credentials = MetaAdsCredentials(
            _shown(own.access_token), _shown(own.app_id) or None, _shown(own.app_secret) or None
        )
    else:
        credentials = MetaAdsCredentials(
            emulated.SANDBOX_ACCESS_TOKEN, emulated.SANDBOX_APP_ID, emulated.SANDBOX_APP_SECRET
        )
    return MetaAdsConnector(credentials, context)


def _pinterest(settings: Settings, context: ConnectorContext, is_live: bool) -> Connector:
    own, emulated = settings.pinterest, pinterest_sandbox
    if is_live:
        credentials = PinterestCredentials(_shown(own.app_id), _shown(own.app_secret), _shown(own.refresh_token))
    else:
        credentials = PinterestCredentials(
            emulated.SANDBOX_APP_ID, emulated.SANDBOX_APP_SECRET, emulated.SANDBOX_REFRESH_TOKEN
        )
    return PinterestConnector(credentials, context)


_CONNECTORS: Mapping[Platform, Callable[[Settings, ConnectorContext, bool], Connector]] = {
    Platform.GOOGLE_ADS: _google_ads,
    Platform.META_ADS: _meta_ads,
    Platform.PINTEREST: _pinterest,
}


def introduction(port: int) -> str:
    """Addresses and credentials for external clients of the emulated platforms; they give access to nothing else."""
    here = f"http://127.0.0.1:{port}"
    google, pinterest = google_sandbox, pinterest_sandbox
    lines = (
        f"Google Ads  {here}/v26, tokens at {here}/token",
        f"            client {google.SANDBOX_CLIENT_ID} / {google.SANDBOX_CLIENT_SECRET}",
        f"            refresh token {google.SANDBOX_REFRESH_TOKEN}, developer token {google.SANDBOX_DEVELOPER_TOKEN}",
        f"Meta        {here}/v26.0, access token {meta_sandbox.SANDBOX_ACCESS_TOKEN}",
        f"Pinterest   {here}/v5, tokens at {here}/v5/oauth/token",
        f"            app {pinterest.SANDBOX_APP_ID} / {pinterest.SANDBOX_APP_SECRET}",
        f"            refresh token {pinterest.SANDBOX_REFRESH_TOKEN}",
        "Press Ctrl-C to stop.",
    )
    return "\n".join(lines)
