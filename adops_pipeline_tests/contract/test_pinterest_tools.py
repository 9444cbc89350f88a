"""Pinterest's tools held against Pinterest's own contract: the OpenAPI description, its mock server, the official SDK.

The mock server is Stoplight's Prism, which npm installs; without node the test is skipped and says so.
"""

import asyncio
import json
import re
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest

from adops_pipeline.connectors.context import ConnectorContext
from adops_pipeline.connectors.errors import PermanentError
from adops_pipeline.connectors.http import RetryPolicy
from adops_pipeline.connectors.pinterest import PinterestConnector
from adops_pipeline.connectors.pinterest.tools import TOOLS
from adops_pipeline.connectors.tools import ReadTool, WriteTool
from adops_pipeline.sandbox.pinterest import (
    SANDBOX_APP_ID,
    SANDBOX_APP_SECRET,
    SANDBOX_REFRESH_TOKEN,
    build_pinterest_app,
)
from adops_pipeline.sandbox.written import WrittenObjects
from adops_pipeline_tests.connectors.pinterest.conftest import CREDENTIALS
from adops_pipeline_tests.connectors.pinterest.tools.conftest import ACCOUNT, NOW, READS, WRITES, Bench, market
from adops_pipeline_tests.contract import pinterest_sdk as pinterestsdk
from adops_pipeline_tests.contract.pinterest_spec import HOST, SPECS, CheckedTransport
from adops_pipeline_tests.patience import patience_seconds, wait_until
from adops_pipeline_tests.services.powerbi.npm import installed
from adops_pipeline_tests.serving import serving_beside

SPEC = SPECS / "pinterest-v5-openapi.json"
_PRISM = ("@stoplight/prism-cli", "5.14.2")


@pytest.fixture
async def checked() -> AsyncIterator[tuple[Bench, CheckedTransport]]:
    """A bench of which every request and every answer is validated."""
    bench = Bench()
    transport = CheckedTransport(bench.switch.inner)
    bench.switch.inner = transport
    yield bench, transport
    await bench.client.aclose()


def arguments_of(name: str) -> dict[str, Any]:
    return READS[name] if name in READS else {"account_id": ACCOUNT, **WRITES[name]}


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
async def test_every_request_and_every_answer_is_as_pinterest_describes_it(
    checked: tuple[Bench, CheckedTransport], tool: Any
) -> None:
    bench, transport = checked
    given = tool.input_model.model_validate(arguments_of(tool.name))
    if isinstance(tool, ReadTool):
        assert (await tool.read(bench.client, given)).rows
    else:
        await bench.write(tool.name, **WRITES[tool.name])
        await tool.find(bench.client, given, NOW)
    for request in transport.requests:
        if request.method != "GET" and "json" in request.headers.get("content-type", ""):
            sent = json.loads(request.content)
            unknown = {key for item in (sent if isinstance(sent, list) else [sent]) for key in item} - described(
                request
            )
            assert not unknown, f"not in Pinterest's description of {request.method} {request.url.path}: {unknown}"


async def test_a_refused_item_is_answered_as_pinterest_describes_it(
    checked: tuple[Bench, CheckedTransport],
) -> None:
    bench, transport = checked
    tool, given = bench.writer("pinterest_create_ad", **{**WRITES["pinterest_create_ad"], "ad_group_id": "1"})
    with pytest.raises(PermanentError, match="AdGroup not found"):
        await tool.apply(bench.client, given)
    tool, given = bench.writer(
        "pinterest_create_ad_group", **{**WRITES["pinterest_create_ad_group"], "campaign_id": "1"}
    )
    with pytest.raises(PermanentError, match="Campaign not found"):
        await tool.apply(bench.client, given)
    assert transport.requests[-1].url.path.endswith("/ad_groups")


@cache
def description() -> Any:
    return json.loads(SPEC.read_bytes())


def described(request: httpx.Request) -> set[str]:
    """Names of all fields that the description gives the request's body."""
    spec = description()
    path = re.sub(r"/ad_accounts/\d+", "/ad_accounts/{ad_account_id}", request.url.path.removeprefix("/v5"))
    schema = spec["paths"][path][request.method.lower()]["requestBody"]["content"]["application/json"]["schema"]
    return property_names(spec, schema)


def property_names(spec: Mapping[str, Any], schema: Mapping[str, Any]) -> set[str]:
    if "$ref" in schema:
        target: Any = spec
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        return property_names(spec, target)
    if "items" in schema:
        return property_names(spec, schema["items"])
    parts = [property_names(spec, part) for part in schema.get("allOf", ())]
    return set().union(set(schema.get("properties", {})), *parts)


@contextmanager
def served(written: WrittenObjects) -> Iterator[str]:
    """The emulated Pinterest on a free port; its base address."""
    app = build_pinterest_app(market(), lambda: NOW, written=written)
    with serving_beside(app, lifespan="off", ws="none") as address:
        yield f"{address}/v5"


async def create_all(base_url: str) -> dict[str, str]:
    """What each tool that creates made there: its id by the tool's name."""
    client = PinterestConnector(CREDENTIALS, ConnectorContext(clock=lambda: NOW), base_url=base_url)
    made = {}
    for tool in TOOLS:
        if isinstance(tool, WriteTool) and tool.name.startswith("pinterest_create"):
            given = tool.input_model.model_validate(arguments_of(tool.name))
            made[tool.name.removeprefix("pinterest_create_")] = await tool.apply(client, given)
    await client.aclose()
    return made


def test_the_official_sdk_sees_what_our_tools_created() -> None:
    with served(WrittenObjects()) as base_url:
        made = asyncio.run(create_all(base_url))
        grant = {"grant_type": "refresh_token", "refresh_token": SANDBOX_REFRESH_TOKEN}
        token = httpx.post(f"{base_url}/oauth/token", auth=(SANDBOX_APP_ID, SANDBOX_APP_SECRET), data=grant).json()
        configuration = pinterestsdk.Configuration(host=base_url, access_token=token["access_token"])
        with pinterestsdk.ApiClient(configuration) as sdk:
            campaign = pinterestsdk.CampaignsApi(sdk).campaigns_get(ad_account_id=ACCOUNT, campaign_id=made["campaign"])
            lists = {
                "ad_group": pinterestsdk.AdGroupsApi(sdk).ad_groups_list(ACCOUNT, page_size=250),
                "ad": pinterestsdk.AdsApi(sdk).ads_list(ACCOUNT, page_size=250),
                "audience": pinterestsdk.AudiencesApi(sdk).audiences_list(ACCOUNT),
                "pin": pinterestsdk.PinsApi(sdk).pins_list(),
            }
    assert (campaign.name, campaign.status.value, campaign.daily_spend_cap) == ("New", "PAUSED", 12_500_000)
    for kind, page in lists.items():
        assert made[kind] in {one.id for one in page.items}, kind


class NoViolations(httpx.AsyncBaseTransport):
    """Fails on a request that Prism finds to be against the description."""

    def __init__(self) -> None:
        self._inner = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self._inner.handle_async_request(request)
        # Prism invents texts where the description has no example, and reports its own answers; they do not count.
        found = json.loads(response.headers.get("sl-violations", "[]"))
        own = [one for one in found if one["location"][0] == "request"]
        assert not own, f"{request.method} {request.url.path}: {own}"
        assert response.status_code < 400, f"{request.method} {request.url.path}: {response.status_code}"
        account = re.fullmatch(r"/ad_accounts/(\d+)", request.url.path)
        if account is None or request.method != "GET":
            return response
        # The description's example is about another account than the one that is asked for, which is an error.
        body = json.loads(await response.aread()) | {"id": account[1]}
        return httpx.Response(response.status_code, json=body)

    async def aclose(self) -> None:
        await self._inner.aclose()


@contextmanager
def prism(log: Path) -> Iterator[str]:
    """The description's mock server on a free port; its address."""
    command = Path(installed(*_PRISM)) / "dist" / "index.js"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    arguments = ["node", str(command), "mock", "-h", "127.0.0.1", "-p", str(port), str(SPEC)]
    with log.open("w") as file, subprocess.Popen(arguments, stdout=file, stderr=subprocess.STDOUT) as process:
        try:
            wait_until(lambda: process.poll() is not None or "Prism is listening" in log.read_text(), "Prism's start")
            assert process.poll() is None, log.read_text()
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(patience_seconds())


@pytest.mark.slow
async def test_every_tool_runs_against_the_mock_server_of_the_description(tmp_path: Path) -> None:
    with prism(tmp_path / "prism.log") as base_url:
        context = ConnectorContext(transport=NoViolations(), retry=RetryPolicy(attempts=1))
        client = PinterestConnector(CREDENTIALS, context, base_url=base_url)
        for tool in TOOLS:
            given = tool.input_model.model_validate(arguments_of(tool.name))
            if isinstance(tool, ReadTool):
                assert (await tool.read(client, given)).rows, tool.name
                continue
            if tool.name in ("pinterest_create_pin", "pinterest_create_audience"):
                assert await tool.apply(client, given), tool.name
                assert await tool.read_back(client, ACCOUNT, "1234") is not None, tool.name
                continue
            # The description's own example of a write that is answered with 200: the item has an exception.
            with pytest.raises(PermanentError, match=r"code 2\): Advertiser not found."):
                await tool.apply(client, given)
        await client.aclose()


def test_requests_are_held_against_the_host_of_the_description() -> None:
    assert description()["servers"][0]["url"].startswith(HOST)
