"""The OpenAPI document: kept in docs, valid, and what the server answers conforms to it."""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
from openapi_core import Config, OpenAPI
from openapi_core.testing import MockRequest, MockResponse
from werkzeug.datastructures import Headers, ImmutableMultiDict

from adops_pipeline.api.app import create_app
from adops_pipeline.wiring import Services
from adops_pipeline_tests.api.conftest import BASE, client_of, services_over

Ask = Callable[[str, str, dict[str, Any] | None], httpx.Response]


@pytest.fixture(scope="module")
def judge(kept: Mapping[str, Any]) -> OpenAPI:
    """The document as a judge of requests and responses; building it checks the document itself."""
    config = Config(extra_media_type_deserializers={"application/problem+json": json.loads})
    return OpenAPI.from_dict({**kept, "servers": [{"url": BASE}]}, config=config)


@pytest.fixture(scope="module")
def asked_often(shared: Path) -> Iterator[Ask]:
    """One server for all requests, on which a workflow was requested."""
    services = services_over(shared)
    with asyncio.Runner() as runner:
        client = client_of(services)

        def ask(method: str, path: str, body: dict[str, Any] | None) -> httpx.Response:
            return runner.run(client.request(method, path, json=body))

        ask("POST", "/api/workflows/run", {"workflowId": "pacing-check"})
        yield ask
        runner.run(client.aclose())
    services.snapshots.close()
    services.store.close()


def test_the_kept_document_is_what_the_server_serves(services: Services, kept: Mapping[str, Any]) -> None:
    served = create_app(services).openapi()
    assert served == kept, "write it again: adops serve --openapi > docs/openapi.yaml"


def test_no_two_models_have_the_same_name(kept: Mapping[str, Any]) -> None:
    assert [name for name in kept["components"]["schemas"] if "__" in name] == []


def test_every_operation_has_an_id_a_tag_and_words(kept: Mapping[str, Any]) -> None:
    operations = [operation for path in kept["paths"].values() for operation in path.values()]
    ids = [operation["operationId"] for operation in operations]
    assert len(set(ids)) == len(ids)
    for operation in operations:
        assert operation["tags"]
        assert operation["description"].strip()


def test_no_schema_is_named_after_a_module(kept: Mapping[str, Any]) -> None:
    """As two models of the same name are: a generated client would have these names."""
    assert [name for name in kept["components"]["schemas"] if "__" in name] == []


REQUESTS = [
    *[("GET", f"/api/analytics/{name}?limit=3", None) for name in (
        "pacing", "benchmarks", "anomalies", "forecasts", "experiments", "allocation", "maturity", "todo",
        "changes", "outcomes", "calendar")],
    ("GET", "/api/analytics/overview", None),
    ("GET", "/api/analytics/compare?by=project", None),
    ("GET", "/api/analytics/campaigns/pinterest:nope/trend", None),
    ("GET", "/api/analytics/pacing?sort=nothing", None),
    ("GET", "/api/workflows", None),
    ("GET", "/api/workflows/templates", None),
    ("POST", "/api/workflows/run", {"workflowId": "pacing-check"}),
    ("POST", "/api/workflows/run", {"workflowId": "nothing"}),
    ("GET", "/api/executions", None),
    ("GET", "/api/executions/nope", None),
    ("GET", "/api/events", None),
    ("GET", "/api/activity", None),
    ("GET", "/api/activity?type=alert&since=2026-11-20T00:00:00Z", None),
    ("POST", "/api/analytics/sync", {"platforms": ["pinterest"]}),
    ("POST", "/api/analytics/sync", {"platform": "pinterest"}),
    ("GET", "/api/alerts?limit=3", None),
    ("GET", "/api/alerts?state=firing", None),
    ("GET", "/api/alerts/nope", None),
    ("GET", "/api/alerts/preview?limit=3", None),
    ("POST", "/api/alerts/nope/acknowledge", {"note": "x"}),
    ("GET", "/api/alerts/silences", None),
    ("POST", "/api/alerts/silences", {"matchers": ["platform=pinterest"], "comment": "x", "durationSeconds": 60}),
    ("POST", "/api/alerts/silences", {"matchers": ["platform"], "comment": "x", "durationSeconds": 60}),
    ("DELETE", "/api/alerts/silences/nope", None),
    ("GET", "/api/accounts", None),
    ("GET", "/api/accounts/google-ads:4403110926", None),
    ("GET", "/api/accounts/google-ads:4403110926/failures", None),
    ("GET", "/api/accounts/google-ads:4403110926/rejects", None),
    ("GET", "/api/accounts/google-ads:4403110926/restatements?limit=3", None),
    ("GET", "/api/accounts/google-ads:4403110926/pulls?limit=3", None),
    ("GET", "/api/accounts/nope/pulls", None),
    ("GET", "/api/notifications", None),
    ("POST", "/api/notifications", {"name": "x", "channel": "slack", "targetRef": "TEAM_SLACK"}),
    ("POST", "/api/notifications", {"name": "x", "channel": "slack"}),
    ("PATCH", "/api/notifications/nope", {"name": "x"}),
    ("POST", "/api/notifications/nope/test", None),
    ("GET", "/api/notifications/deliveries?status=failed", None),
    ("GET", "/api/projects?status=active&category=x", None),
    ("POST", "/api/projects", {"name": "x", "currency": "EUR", "monthlyBudget": 12.5, "rules": [{"objective": "y"}]}),
    ("POST", "/api/projects", {"name": ""}),
    ("GET", "/api/projects/nope", None),
    ("PATCH", "/api/projects/nope", {"name": "x"}),
    ("GET", "/api/projects/disputed-campaigns", None),
    ("POST", "/api/projects/try-rules", {"rules": [{"platform": "pinterest"}]}),
    ("GET", "/api/projects/nope/campaigns", None),
    ("GET", "/api/projects/nope/overview", None),
    ("PUT", "/api/projects/nope/campaigns/meta-ads:1", None),
    ("GET", "/api/ab-tests", None),
    ("POST", "/api/ab-tests", {"name": "x"}),
    ("GET", "/api/ab-tests/nope", None),
    ("POST", "/api/ab-tests/nope/evaluate", None),
    ("POST", "/api/ab-tests/nope/stop", None),
    ("GET", "/api/proposals?status=proposed", None),
    ("GET", "/api/proposals?state=proposed", None),
    ("GET", "/api/proposals/nope", None),
    ("POST", "/api/proposals/from-plan", None),
    ("POST", "/api/proposals/nope/approve", {"why": "x"}),
    ("POST", "/api/proposals/nope/reject", {}),
    ("POST", "/api/proposals/nope/undo", {"why": "x"}),
    ("GET", "/metrics", None),
    ("GET", "/healthz", None),
    ("GET", "/readyz", None),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "body"), REQUESTS)
def test_an_answer_conforms_to_the_document(
    asked_often: Ask, judge: OpenAPI, method: str, path: str, body: dict[str, Any] | None
) -> None:
    response = asked_often(method, path, body)
    asked = MockRequest(
        BASE,
        method.lower(),
        response.request.url.path,
        args=ImmutableMultiDict(parse_qsl(response.request.url.query.decode())),
        headers=Headers(list(response.request.headers.items())),
        data=response.request.content or None,
        content_type=response.request.headers.get("content-type", ""),
    )
    answered = MockResponse(response.content, response.status_code, content_type=response.headers["content-type"])
    judge.validate_response(asked, answered)


async def test_the_page_loads_nothing_from_elsewhere(client: httpx.AsyncClient) -> None:
    page = await client.get("/api/docs")
    assert "://" not in page.text
    for name in ("assets/swagger-ui-bundle.js", "assets/swagger-ui.css", "start.js"):
        assert (await client.get(f"/api/docs/{name}")).status_code == 200
