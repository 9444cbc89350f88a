"""`adops doctor`: are the settings right, is everything there, and who are we to each platform?"""

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass

import typer
from rich.markup import escape
from rich.table import Table

from adops_pipeline.cli.console import FAILED, out
from adops_pipeline.connectors.errors import ConnectorError
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.settings import load_settings
from adops_pipeline.warehouse.connection import WarehouseError
from adops_pipeline.warehouse.fx import FxError, read_rates
from adops_pipeline.wiring import House, build_house

_HELP = """Check all settings, the data folder, the rates file and the warehouse; ask each platform who we are.

Exit code 0 when everything is fine, 1 when something needs a hand, 2 when a setting is wrong or missing.
"""


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's report."""

    subject: str
    is_well: bool
    detail: str


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="doctor", help=_HELP)(doctor)


def doctor() -> None:
    """Examine everything a run depends on."""
    settings = load_settings()
    house = build_house(settings)
    findings = [
        Finding("settings", True, f"data in {settings.data_dir}, reporting in {settings.reporting_currency}"),
        _examined("data folder", lambda: _writable(house)),
        _examined("rates", lambda: _rates(house)),
        _examined("warehouse", lambda: _warehouse(house)),
    ]
    findings += asyncio.run(_platforms(house))
    table = Table("", "What", "Finding")
    for finding in findings:
        table.add_row(
            "[green]✓[/green]" if finding.is_well else "[red]✗[/red]", finding.subject, escape(finding.detail)
        )
    out.print(table)
    if not all(finding.is_well for finding in findings):
        raise typer.Exit(FAILED)


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
