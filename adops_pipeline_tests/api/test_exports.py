"""Exports over HTTP: the file while it is made, errors before it, and no end that looks like one after a failure."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from anyio import CapacityLimiter

from adops_pipeline.api.downloads import DownloadResponse
from adops_pipeline.domain.exports import Format
from adops_pipeline.services.errors import WarehouseError
from adops_pipeline.services.exports.exports import Download
from adops_pipeline.services.exports.requests import ExportRequest
from adops_pipeline.wiring import Services
from adops_pipeline_tests.api.conftest import services_over
from adops_pipeline_tests.patience import patience_seconds

EXPORT = "/api/analytics/export"


@pytest.fixture
def services(shared: Path) -> Services:
    """These tests only read."""
    return services_over(shared)


async def test_a_csv_file_has_the_rows_of_the_listing(client: httpx.AsyncClient) -> None:
    body = {
        "table": "analytics_anomalies",
        "columns": ["platform", "campaign_id", "date", "severity"],
        "filters": {"platform": ["meta-ads", "pinterest"]},
        "from": "2026-11-01",
        "to": "2026-11-20",
        "bom": True,
    }
    response = await client.post(EXPORT, json=body)
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-disposition"] == (
        'attachment; filename="analytics_anomalies_2026-11-01_2026-11-20.csv"'
    )
    header, *rows = csv.reader(io.StringIO(response.content.decode("utf-8-sig"), newline=""))
    listed = await client.get(
        "/api/analytics/anomalies",
        params={"platform": ["meta-ads", "pinterest"], "from": "2026-11-01", "to": "2026-11-20", "limit": 1000},
    )
    assert header == body["columns"]
    assert {tuple(row) for row in rows} == {
        (row["platform"], row["campaignId"], row["date"], row["severity"] or "") for row in listed.json()["items"]
    }
    assert len(rows) == listed.json()["total"] > 0


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"table": "analytics_metric"}, "did you mean analytics_metrics?"),
        ({"table": "campaigns", "columns": ["staus"]}, "did you mean status?"),
        ({"table": "campaigns", "filters": {"platfrm": ["meta-ads"]}}, "there is no such field"),
        ({"table": "campaigns", "format": "xls"}, "must be one of csv, json, parquet, xlsx, powerbi"),
        ({"table": "analytics_maturity", "from": "2026-01-01"}, "has no such filter"),
        ({"table": "campaigns", "to": "yesterday"}, "valid date"),
    ],
)
async def test_a_wrong_request_is_a_problem_that_names_it(
    client: httpx.AsyncClient, body: dict[str, Any], said: str
) -> None:
    response = await client.post(EXPORT, json=body)
    assert (response.status_code, response.json()["code"]) == (422, "invalid-request")
    assert said in response.json()["detail"]


class Exchange:
    """A client by hand: what the response sent, and when the client goes away."""

    def __init__(self, leave_after: int | None = None) -> None:
        self.sent: list[dict[str, Any]] = []
        self._leave_after = leave_after
        self._gone = asyncio.Event()

    async def receive(self) -> dict[str, Any]:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        self.sent.append(message)
        if len(self.sent) == self._leave_after:
            self._gone.set()
            await asyncio.sleep(0)

    async def run(self, download: Download) -> None:
        response = DownloadResponse(download, CapacityLimiter(1))
        await asyncio.wait_for(response({"type": "http"}, self.receive, self.send), patience_seconds())


@pytest.fixture
async def download(services: Services) -> AsyncIterator[Download]:
    with closing(services.snapshots):
        yield services.exports.open(ExportRequest("analytics_metrics", Format.JSON))


def endless(download: Download, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give the download an endless file; what happens to it."""
    happened: list[str] = []

    def chunks() -> Any:
        try:
            while True:
                yield b"row"
        finally:
            happened.append("ended")

    monkeypatch.setattr(download, "_chunks", chunks())
    monkeypatch.setattr(download, "interrupt", lambda: happened.append("interrupted"))
    return happened


async def test_a_client_that_goes_away_ends_the_query(download: Download, monkeypatch: pytest.MonkeyPatch) -> None:
    happened = endless(download, monkeypatch)
    exchange = Exchange(leave_after=3)
    await exchange.run(download)
    assert happened[0] == "interrupted"
    assert happened[-1] == "ended"


async def test_a_failure_in_the_middle_does_not_end_the_response(
    download: Download, monkeypatch: pytest.MonkeyPatch
) -> None:
    def chunks() -> Any:
        yield b"[1,"
        raise WarehouseError("the disk is gone")

    monkeypatch.setattr(download, "_chunks", chunks())
    exchange = Exchange()
    with pytest.raises(WarehouseError):
        await exchange.run(download)
    assert [message.get("more_body") for message in exchange.sent] == [None, True]


async def test_a_failure_before_the_first_byte_is_a_problem(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise WarehouseError("the disk is gone")

    monkeypatch.setattr("adops_pipeline.services.exports.exports.open_rows", fail)
    response = await client.post(EXPORT, json={"table": "campaigns"})
    assert (response.status_code, response.json()["code"]) == (503, "no-snapshot")


async def test_a_workbook_that_cannot_be_made_is_a_problem_not_a_broken_file(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xlsxwriter.worksheet.Worksheet.write_string", lambda *_: -2)
    response = await client.post(EXPORT, json={"table": "ad_accounts", "format": "xlsx"})
    assert (response.status_code, response.json()["code"]) == (422, "invalid-request")
    assert "in row 1, and a cell of XLSX holds" in response.json()["detail"]
