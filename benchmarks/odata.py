"""What OData costs over a published snapshot: requests as Excel and Power BI send them, then every row of the metrics.

Run: python -m benchmarks.odata --folder FOLDER [--pages 20]

FOLDER holds a published snapshot (adops.duckdb), such as the one that benchmarks.api leaves. Requests go to the
application in this process, whose processor time is stated.
"""

import argparse
import asyncio
import json
import time
from pathlib import Path
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message

from adops_pipeline.api.app import create_app
from adops_pipeline.settings import Settings
from adops_pipeline.wiring import build_services

METRICS = "/odata/analytics_metrics"
REQUESTS = {
    "data model": "/odata/$metadata",
    "first 1,000 rows": f"{METRICS}?$top=1000",
    "number of rows": f"{METRICS}/$count",
    "a month of a platform, 5 columns": f"{METRICS}?$filter=date ge 2026-09-01 and date le 2026-09-30"
    " and platform eq 'meta-ads'&$select=date,platform,campaign_id,spend,clicks",
    "sums by platform": f"{METRICS}?$apply=groupby((platform),aggregate(spend with sum as spend))",
    "sums by platform and day": f"{METRICS}?$apply=groupby((platform,date),aggregate(spend with sum as spend))",
    "100 rows of the most spend": f"{METRICS}?$orderby=spend desc&$top=100",
}


async def get(app: ASGIApp, address: str) -> tuple[int, bytes]:
    """The size of an answer, and its last kilobyte; what was sent is not kept."""
    parts = urlsplit(address)
    size, tail = 0, b""

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Message) -> None:
        nonlocal size, tail
        body = message.get("body", b"")
        size, tail = size + len(body), (tail + body)[-1024:]
        assert message.get("status", 200) == 200, address

    scope = {
        "type": "http", "method": "GET", "path": parts.path, "query_string": parts.query.replace(" ", "%20").encode(),
        "headers": [(b"host", b"127.0.0.1")], "scheme": "http", "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 1),
        "root_path": "", "http_version": "1.1",
    }  # fmt: skip
    await app(scope, receive, send)
    return size, tail


async def measure(app: ASGIApp, pages: int) -> None:
    """Print what each request costs, then what ``pages`` pages of all rows do."""
    print(f"{'request':36}{'cpu s':>8}{'MB':>9}")
    for name, address in REQUESTS.items():
        begun = time.process_time()
        size, _ = await get(app, address)
        print(f"{name:36}{time.process_time() - begun:8.2f}{size / 1e6:9.2f}")
    begun, read, size, following = time.process_time(), 0, 0, METRICS
    while following and read < pages:
        more, tail = await get(app, following)
        read, size = read + 1, size + more
        link = tail.rpartition(b'"@odata.nextLink":')[2]
        following = json.loads(link[:-1]) if link.startswith(b'"http') else ""
    spent = time.process_time() - begun
    print(f"{f'{read} pages of up to 50,000 rows':36}{spent:8.2f}{size / 1e6:9.2f}  {spent / read:.2f} cpu s a page")


def main() -> None:
    """Measure the folder that is named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, required=True, help="data folder with a published snapshot")
    parser.add_argument("--pages", type=int, default=20, help="pages of all rows at most")
    given = parser.parse_args()
    services = build_services(Settings(data_dir=given.folder, _env_file=None))
    asyncio.run(measure(create_app(services), given.pages))
    services.snapshots.close()
    services.store.close()


if __name__ == "__main__":
    main()
