"""A campaign that tools created and activated on an emulated platform is pulled and unified like any other."""

import asyncio
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import cast

from adops_pipeline.clock import frozen_at
from adops_pipeline.connectors.meta_ads import MetaAdsConnector
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.services.platforms import platform_connector
from adops_pipeline.settings import load_settings
from adops_pipeline_tests.connectors.meta_ads.conftest import JP
from adops_pipeline_tests.connectors.meta_ads.tools.calls import GOOD, applied
from adops_pipeline_tests.integration.pipeline import services_of

MADE, LATER = date(2026, 11, 20), date(2026, 11, 23)
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
