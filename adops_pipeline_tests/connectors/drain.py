"""A client of one hostile platform, in a process of its own: ``python -m … <platform> <port> <accounts>``.

One account is read by every report, several by the daily one, as many at once as a sync does.
Prints as JSON: the errors of its reports, the peak of its memory above the start in MB, and its seconds.
"""

import asyncio
import json
import re
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from adops_pipeline.connectors.base import Account, Connector
from adops_pipeline.connectors.bounds import Limits
from adops_pipeline.connectors.context import ConnectorContext
from adops_pipeline.connectors.errors import ConnectorError
from adops_pipeline.connectors.google_ads import GoogleAdsConnector, GoogleAdsCredentials
from adops_pipeline.connectors.http import RetryPolicy
from adops_pipeline.connectors.meta_ads import MetaAdsConnector, MetaAdsCredentials
from adops_pipeline.connectors.pinterest import PinterestConnector, PinterestCredentials
from adops_pipeline.domain.vocabulary import DateRange, Platform, Report
from adops_pipeline.services.sync import ACCOUNTS_AT_ONCE

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SHORT, LONG = DateRange(date(2026, 11, 20), date(2026, 11, 21)), DateRange(date(2026, 5, 1), date(2026, 11, 1))
GOOGLE = GoogleAdsCredentials("client", "secret", "refresh", "developer", "17")
REPORTS = ((Report.CAMPAIGNS, None), (Report.CAMPAIGN_DAILY, SHORT), (Report.CAMPAIGN_TOTALS, LONG))
LIMITS = Limits(list_pages=200, request_seconds=20)
"""The defaults where memory is concerned."""


def connectors(url: str) -> dict[Platform, Callable[[ConnectorContext], Connector]]:
    """Clients of the platforms at one address."""
    return {
        Platform.GOOGLE_ADS: lambda context: GoogleAdsConnector(
            GOOGLE, context, base_url=url, token_url=f"{url}/token"
        ),
        Platform.META_ADS: lambda context: MetaAdsConnector(MetaAdsCredentials("token"), context, base_url=url),
        Platform.PINTEREST: lambda context: PinterestConnector(
            PinterestCredentials("app", "secret", "refresh"), context, base_url=url
        ),
    }


def memory(name: str) -> float:
    """``VmRSS`` (now) or ``VmHWM`` (the peak) of this process in MB."""
    status = Path("/proc/self/status").read_text()
    found = re.search(rf"{name}:\s+(\d+) kB", status)
    assert found is not None
    return int(found.group(1)) / 1024


async def drain(platform: Platform, port: str, count: int) -> list[str]:
    """Read the reports of ``count`` accounts to the end; the errors."""

    async def sleep(seconds: float) -> None:
        await asyncio.sleep(0)

    context = ConnectorContext(clock=lambda: NOW, sleep=sleep, retry=RetryPolicy(attempts=2), limits=LIMITS)
    connector = connectors(f"http://127.0.0.1:{port}")[platform](context)
    errors = []
    try:
        accounts = await connector.accounts()
    except ConnectorError as error:
        errors.append(str(error))
        accounts = []
    accounts = (accounts + [Account(platform, str(17 + n), "", "EUR", "UTC", b"{}") for n in range(count)])[:count]
    gate = asyncio.Semaphore(ACCOUNTS_AT_ONCE)

    async def read(account: Account) -> None:
        async with gate:
            for report, dates in REPORTS if count == 1 else REPORTS[1:2]:
                try:
                    async for page in connector.pull(report, account, dates):
                        del page  # as a sync, which has written it by then
                except ConnectorError as error:
                    errors.append(str(error))

    await asyncio.gather(*map(read, accounts))
    await connector.aclose()
    return errors


def main() -> None:
    """Measure one pull."""
    platform, port, count = Platform(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    Path("/proc/self/clear_refs").write_text("5")
    before, began = memory("VmRSS"), time.monotonic()
    errors = asyncio.run(drain(platform, port, count))
    seconds = time.monotonic() - began
    print(json.dumps({"errors": errors, "megabytes": round(memory("VmHWM") - before), "seconds": round(seconds, 1)}))


if __name__ == "__main__":
    main()
