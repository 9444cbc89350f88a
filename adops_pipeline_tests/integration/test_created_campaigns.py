"""A campaign that tools created and activated on an emulated platform is pulled and unified like any other."""

import asyncio
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import cast

import pytest

from adops_pipeline.clock import frozen_at
from adops_pipeline.connectors.google_ads import GoogleAdsConnector
from adops_pipeline.connectors.meta_ads import MetaAdsConnector
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.services.platforms import platform_connector
from adops_pipeline.settings import load_settings
from adops_pipeline_tests.connectors.google_ads.conftest import EMPTY
from adops_pipeline_tests.connectors.google_ads.tools.conftest import BY_NAME, NEW_CAMPAIGN
from adops_pipeline_tests.connectors.meta_ads.conftest import JP
from adops_pipeline_tests.connectors.meta_ads.tools.calls import GOOD, applied
from adops_pipeline_tests.integration.pipeline import services_of

MADE, LATER = date(2026, 11, 20), date(2026, 11, 23)
EMPTY_ACCOUNT: dict[str, dict[str, list[str]]] = {"google_ads": {"accounts": [EMPTY]}}
SMALL: dict[str, dict[str, list[str]]] = {"meta_ads": {"accounts": [JP]}}


async def _create_and_activate(folder: Path) -> str:
    """Id of the campaign, made at noon UTC of ``MADE`` with tools on the sandbox of the data folder."""
    connect = platform_connector(load_settings(data_dir=folder, **SMALL), frozen_at(MADE))
    client = cast("MetaAdsConnector", connect(Platform.META_ADS))
    asked = {**GOOD["meta_create_campaign"], "account_id": JP, "daily_budget": 20000}
    created = await applied(client, "meta_create_campaign", **asked)
    change = {"account_id": JP, "campaign_id": created.object_id, "status": "active"}
    await applied(client, "meta_update_campaign", **change)
    await client.aclose()
    return str(created.object_id)


def test_a_created_and_activated_campaign_is_unified_with_its_spend(tmp_path: Path) -> None:
    campaign_id = asyncio.run(_create_and_activate(tmp_path))
    services = services_of(tmp_path, LATER, 5, **SMALL)
    services.sync.entities(Platform.META_ADS)
    services.sync.catch_up(Platform.META_ADS)
    services.pipeline.register_pulls()
    services.pipeline.load_rates()
    services.pipeline.unify_entities()
    services.pipeline.unify_daily()
    with services.warehouse.reading() as con:
        key = f"meta-ads:{campaign_id}"
        found = con.execute(
            "SELECT name, status, objective, daily_budget, start_date FROM campaigns WHERE id = ?", [key]
        ).fetchall()
        days = con.execute(
            "SELECT date, spend, currency FROM analytics_metrics WHERE campaign_id = ? ORDER BY date", [campaign_id]
        ).fetchall()
    assert found == [("Spring", "active", "OUTCOME_SALES", Decimal(20000), MADE)]
    assert [day for day, _, _ in days] == [date(2026, 11, day) for day in (20, 21, 22, 23)]
    assert all(0 < spend <= 25000 and currency == "JPY" for _, spend, currency in days)


async def _create_on_google(folder: Path) -> str:
    """Id of a campaign of the account without others, active from noon UTC of ``MADE``, whose budget was raised."""
    connect = platform_connector(load_settings(data_dir=folder, **EMPTY_ACCOUNT), frozen_at(MADE))
    client = cast("GoogleAdsConnector", connect(Platform.GOOGLE_ADS))
    create, update = BY_NAME["google_ads_create_campaign"], BY_NAME["google_ads_update_campaign_budget"]
    wanted = {**NEW_CAMPAIGN, "account_id": EMPTY, "status": "active"}
    campaign_id = str(await create.apply(client, create.input_model(**wanted)))
    change = {"account_id": EMPTY, "campaign_id": campaign_id, "daily_budget": "30"}
    await update.apply(client, update.input_model(**change))
    await client.aclose()
    return campaign_id


@pytest.mark.slow
def test_on_google_ads_it_is_unified_with_its_spend_and_its_changes(tmp_path: Path) -> None:
    campaign_id = asyncio.run(_create_on_google(tmp_path))
    services = services_of(tmp_path, LATER, 5, **EMPTY_ACCOUNT)
    services.sync.entities(Platform.GOOGLE_ADS)
    services.sync.catch_up(Platform.GOOGLE_ADS)
    services.pipeline.register_pulls()
    services.pipeline.load_rates()
    services.pipeline.unify_entities()
    services.pipeline.unify_daily()
    with services.warehouse.reading() as con:
        found = con.execute(
            "SELECT name, status, daily_budget, start_date FROM campaigns WHERE id = ?", [f"google-ads:{campaign_id}"]
        ).fetchall()
        days = con.execute(
            "SELECT date, spend, currency FROM analytics_metrics WHERE campaign_id = ? ORDER BY date", [campaign_id]
        ).fetchall()
        changes = con.execute("SELECT object, field, old_value, new_value FROM change_events ORDER BY ALL").fetchall()
    assert found == [("Winter boots", "active", Decimal(30), MADE)]
    assert [day for day, _, _ in days] == [date(2026, 11, day) for day in (20, 21, 22, 23)]
    assert all(0 < spend <= 60 and currency == "GBP" for _, spend, currency in days)
    assert changes == [
        ("budget", "daily_budget", "25.500000", "30.000000"),
        ("budget", "daily_budget", None, "25.500000"),
        ("campaign", "status", None, "active"),
    ]
