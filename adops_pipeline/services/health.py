"""Health of an installation: settings, data folder, rates, warehouse, and the identity each platform reports."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from adops_pipeline.connectors.base import Connector
from adops_pipeline.connectors.errors import ConnectorError
from adops_pipeline.domain.currencies import CURRENCIES
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.services.interruptible import run_interruptibly
from adops_pipeline.settings import Settings, default_data_dir
from adops_pipeline.warehouse.connection import Warehouse, WarehouseError
from adops_pipeline.warehouse.fx import FxError, read_rates
from adops_pipeline.warehouse.queries.currencies import account_currencies

_SHOWN_ACCOUNTS = 3


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's report."""

    subject: str
    is_well: bool
    detail: str


def examine(
    settings: Settings, warehouse: Warehouse, connect: Callable[[Platform], Connector], today: date
) -> list[Finding]:
    """Check everything a run depends on; ``connect`` gives a platform's client."""
    findings = [
        Finding("settings", True, _settings(settings)),
        _examined("data folder", lambda: _writable(settings.data_dir)),
        _examined("rates", lambda: _rates(settings.fx_csv)),
        _examined("warehouse", lambda: _opens(warehouse)),
        _examined("currencies", lambda: _currencies(settings, warehouse, today)),
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
    if unknown := sorted({rate.currency for rate in rates} - CURRENCIES):
        raise FxError(f"{path} has rates of {', '.join(unknown)}, which is no currency of ISO 4217; correct the code")
    return f"{len(rates):,} rates in {path}, the newest of {max(rate.date for rate in rates)}"


def _settings(settings: Settings) -> str:
    file = default_data_dir() / "adops.toml"
    found = f"{file} and the environment" if file.exists() else f"the environment; there is no {file}"
    return f"from {found}; data in {settings.data_dir}, reporting in {settings.reporting_currency}"


def _currencies(settings: Settings, warehouse: Warehouse, today: date) -> str:
    """Whether the currency of every account is known and has a rate that is in force on ``today``."""
    with warehouse.reading() as con:
        accounts = account_currencies(con)
    quoted: dict[str, date] = {"USD": date.max}
    for rate in (one for one in read_rates(settings.fx_csv) if one.date <= today):
        quoted[rate.currency] = max(rate.date, quoted.get(rate.currency, date.min))
    oldest = today - timedelta(days=settings.fx_max_age_days)
    needed = {settings.reporting_currency: ["the reporting currency"], **accounts}
    wrong = []
    for currency, users in needed.items():
        whose = f"{currency} ({', '.join(users[:_SHOWN_ACCOUNTS])}{', …' if len(users) > _SHOWN_ACCOUNTS else ''})"
        if currency not in CURRENCIES:
            wrong.append(f"{whose} is no currency of ISO 4217")
        elif currency not in quoted and set(needed) != {currency}:
            wrong.append(f"{whose} has no rate in {settings.fx_csv}")
        elif currency in quoted and quoted[currency] < oldest:
            wrong.append(f"the newest rate of {whose} is of {quoted[currency]}: add one to {settings.fx_csv}")
    if wrong:
        raise FxError("; ".join(wrong))
    return f"{', '.join(accounts) or 'no account yet'}: each has a rate of the last {settings.fx_max_age_days} days"


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
