"""What `adops doctor` looks at: settings, data folder, rates, warehouse, and who we are to each platform."""

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass

from adops_pipeline.connectors.errors import ConnectorError
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.settings import load_settings
from adops_pipeline.warehouse.connection import WarehouseError
from adops_pipeline.warehouse.fx import FxError, read_rates
from adops_pipeline.wiring import House, build_house


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's report."""

    subject: str
    is_well: bool
    detail: str


def examine() -> list[Finding]:
    """Look at everything a run depends on. Raises SettingsError."""
    settings = load_settings()
    house = build_house(settings)
    findings = [
        Finding("settings", True, f"data in {settings.data_dir}, reporting in {settings.reporting_currency}"),
        _examined("data folder", lambda: _writable(house)),
        _examined("rates", lambda: _rates(house)),
        _examined("warehouse", lambda: _warehouse(house)),
    ]
    return findings + asyncio.run(_platforms(house))


def _examined(subject: str, examine: Callable[[], str]) -> Finding:
    try:
        return Finding(subject, True, examine())
    except (OSError, FxError, WarehouseError) as error:
        return Finding(subject, False, str(error))


def _writable(house: House) -> str:
    folder = house.settings.data_dir
    folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK):
        raise PermissionError(f"{folder} cannot be written to; choose another folder with ADOPS_DATA_DIR")
    return f"{folder} can be written to"


def _rates(house: House) -> str:
    rates = read_rates(house.settings.fx_csv)
    return f"{len(rates):,} rates in {house.settings.fx_csv}, the newest of {max(rate.date for rate in rates)}"


def _warehouse(house: House) -> str:
    with house.warehouse.writing():
        return f"{house.warehouse.path} opens"


async def _platforms(house: House) -> list[Finding]:
    return [await _platform(house, platform) for platform in Platform]


async def _platform(house: House, platform: Platform) -> Finding:
    """Who the credentials belong to, as the platform itself says."""
    mode = house.settings.platforms[platform].mode
    connector = house.sync.connect(platform)
    try:
        identity = await connector.identity()
    except ConnectorError as error:
        return Finding(f"{platform} ({mode})", False, str(error))
    finally:
        await connector.aclose()
    permissions = ", ".join(identity.permissions) or "nothing"
    return Finding(
        f"{platform} ({mode})", True, f"{identity.name}: {len(identity.account_ids)} accounts, may {permissions}"
    )
