"""Independent clients, one in Python and one in JavaScript, read a real server with a token as password."""

import asyncio
import json
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from pydantic import SecretStr

from adops_pipeline.api.app import create_app
from adops_pipeline.api.odata import routes
from adops_pipeline.dashboard.front_end import FrontEndError, Node, find_node
from adops_pipeline.domain.tables import TABLES, VIEWS
from adops_pipeline_tests.api.conftest import services_over
from adops_pipeline_tests.api.odata.conftest import OData
from adops_pipeline_tests.patience import patience_seconds
from adops_pipeline_tests.serving import serving

TOKEN = "a-token-for-clients"
ROWS_ON_A_PAGE = 120
JAVASCRIPT = Path(__file__).parent / "javascript"


@pytest.fixture
async def address(read_only: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """The address of a service that needs a token and whose pages are small."""
    monkeypatch.setattr(routes, "MOST_ROWS", ROWS_ON_A_PAGE)
    services = services_over(read_only, api_token=SecretStr(TOKEN))
    async with serving(create_app(services)) as found:
        yield f"{found}/odata/"
    services.snapshots.close()
    services.store.close()


def _with_python(address: str) -> dict[str, Any]:
    """What python-odata finds."""
    from odata import ODataService  # noqa: PLC0415 - it takes long to import

    service = ODataService(address, reflect_entities=True, quiet_progress=True, auth=("anybody", TOKEN))
    metrics = service.entities["analytics_metrics"]
    query = service.query(metrics)
    groups = "filter(clicks ge 0)/groupby((platform),aggregate(clicks with sum as clicks))"
    return {
        "sets": sorted(service.entities),
        "rows": [(row.campaign_id, row.date, row.spend, row.clicks) for row in query.order_by(metrics.date.asc())],
        "filtered": len(query.filter(metrics.clicks > 300).filter(metrics.platform == "meta-ads").all()),
        "contained": len(query.filter(metrics.platform.contains("meta")).all()),
        "count": query.filter(metrics.platform == "meta-ads").count(),
        "groups": [(row["platform"], row["clicks"]) for row in query.raw({"$apply": groups})],
    }


async def test_python_odata_reads_the_metadata_all_rows_filters_and_groups(address: str, odata: OData) -> None:
    found = await asyncio.to_thread(_with_python, address)
    assert found["sets"] == sorted((*TABLES, *VIEWS))
    known = odata.sql("SELECT campaign_id, date, spend, clicks FROM analytics_metrics ORDER BY ALL")
    rows = sorted((campaign_id, day, float(spend), clicks) for campaign_id, day, spend, clicks in found["rows"])
    assert rows == [(campaign_id, day.isoformat(), float(spend), clicks) for campaign_id, day, spend, clicks in known]
    assert len(found["rows"]) == 450 > 3 * ROWS_ON_A_PAGE
    assert found["filtered"] == _filtered(odata)
    assert found["contained"] == found["count"] == 150
    assert found["groups"] == odata.sql("SELECT platform, sum(clicks) FROM analytics_metrics GROUP BY ALL ORDER BY ALL")


async def test_odata_client_for_javascript_reads_the_metadata_all_rows_filters_and_groups(
    address: str, odata: OData
) -> None:
    try:
        node = find_node()
    except FrontEndError as error:
        pytest.skip(f"the JavaScript client was not run: {error}")
    found = await asyncio.to_thread(_with_javascript, node, address)
    assert found["entityTypes"] == len(TABLES) + len(VIEWS)
    known = odata.sql(
        "SELECT campaign_id, date FROM analytics_metrics ORDER BY platform, account_id, campaign_id, date"
    )
    assert [tuple(row) for page in found["pages"] for row in page] == [(a, day.isoformat()) for a, day in known]
    assert [len(page) for page in found["pages"]] == [120, 120, 120, 90]
    highest = odata.sql("SELECT campaign_id, date, spend FROM analytics_metrics ORDER BY spend DESC LIMIT 3")
    assert [(row["campaign_id"], row["date"], row["spend"]) for row in found["highest"]] == [
        (campaign_id, day.isoformat(), float(spend)) for campaign_id, day, spend in highest
    ]
    assert (found["count"], found["total"], found["metaCount"]) == (450, 450, 150)
    assert found["filtered"] == min(_filtered(odata), ROWS_ON_A_PAGE)
    groups = odata.sql("SELECT platform, sum(clicks) FROM analytics_metrics GROUP BY ALL ORDER BY ALL")
    assert [tuple(group) for group in found["groups"]] == groups


def test_the_javascript_client_is_pinned_and_no_registry_is_named() -> None:
    wanted = json.loads((JAVASCRIPT / "package.json").read_text(encoding="utf-8"))["dependencies"]
    lock = (JAVASCRIPT / "package-lock.json").read_text(encoding="utf-8")
    packages = json.loads(lock)["packages"]
    assert {name: packages[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert "://" not in lock
    assert "resolved" not in lock


def _filtered(odata: OData) -> int:
    ((number,),) = odata.sql("SELECT count(*) FROM analytics_metrics WHERE platform = 'meta-ads' AND clicks > 300")
    assert number > 0
    return int(number)


def _with_javascript(node: Node, address: str) -> dict[str, Any]:
    """What @odata/client finds; its package is installed once, beside the packages of this environment."""
    work = Path(sys.prefix) / "odata-client"
    lock = JAVASCRIPT / "package-lock.json"
    work.mkdir(exist_ok=True)
    with FileLock(work / ".lock"):
        if not (work / ".installed").exists() or (work / ".installed").read_bytes() != lock.read_bytes():
            for name in ("package.json", "package-lock.json"):
                shutil.copyfile(JAVASCRIPT / name, work / name)
            node.run(node.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", cwd=work)
            shutil.copyfile(lock, work / ".installed")
    shutil.copyfile(JAVASCRIPT / "client.cjs", work / "client.cjs")
    ended = subprocess.run(
        [node.node, "client.cjs", address, TOKEN],
        cwd=work, capture_output=True, text=True, timeout=patience_seconds(), check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    found: dict[str, Any] = json.loads(ended.stdout)
    return found
