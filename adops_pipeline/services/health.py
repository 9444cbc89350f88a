"""Health of an installation: settings, data folder, rates, warehouse, and the identity each platform reports."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from adops_pipeline.connectors.base import Connector
from adops_pipeline.connectors.errors import ConnectorError
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.services.interruptible import run_interruptibly
from adops_pipeline.settings import Settings
from adops_pipeline.warehouse.connection import Warehouse, WarehouseError
from adops_pipeline.warehouse.fx import FxError, read_rates


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's report."""

    subject: str
    is_well: bool
    detail: str


def examine(settings: Settings, warehouse: Warehouse, connect: Callable[[Platform], Connector]) -> list[Finding]:
    """Check everything a run depends on; ``connect`` gives a platform's client."""
    findings = [
        Finding("settings", True, f"data in {settings.data_dir}, reporting in {settings.reporting_currency}"),
        _examined("data folder", lambda: _writable(settings.data_dir)),
        _examined("rates", lambda: _rates(settings.fx_csv)),
        _examined("warehouse", lambda: _opens(warehouse)),
    ]
    return findings + run_interruptibly(_platforms(settings, connect))


def _examined(subject: str, examine: Callable[[], str]) -> Finding:
    try:
        return Finding(subject, True, examine())
    except (OSError, FxError, WarehouseError) as error:
        return Finding(subject, False, str(error))


def _writable(folder: Path) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK):
        raise PermissionError(f"{folder} cannot be written to; choose another folder with ADOPS_DATA_DIR")
    return f"{folder} can be written to"


def _rates(path: Path) -> str:
    rates = read_rates(path)
    return f"{len(rates):,} rates in {path}, the newest of {max(rate.date for rate in rates)}"


def _opens(warehouse: Warehouse) -> str:
    with warehouse.writing():
        return f"{warehouse.path} opens"


async def _platforms(settings: Settings, connect: Callable[[Platform], Connector]) -> list[Finding]:
    return [await _platform(settings.platforms[platform].mode, platform, connect) for platform in Platform]


async def _platform(mode: str, platform: Platform, connect: Callable[[Platform], Connector]) -> Finding:
    """Identity and permissions of the credentials, as the platform reports them."""
    connector = connect(platform)
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
