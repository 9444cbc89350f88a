"""A client generated from the kept OpenAPI document reads figures, runs a workflow and follows its execution."""

import importlib
from collections.abc import AsyncIterator
from http import HTTPStatus
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from adops_pipeline.api.app import create_app
from adops_pipeline.operations import executions
from adops_pipeline.wiring import Services
from adops_pipeline_tests.api.conftest import BASE, services_over

PACKAGE = "adops_generated_client"
TOKEN = "a-token-for-tests"


@pytest.fixture(scope="module")
def package(kept_as_json: Path, tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """The generated package; where the generator is not installed the test says so."""
    if find_spec("openapi_python_client") is None:
        pytest.skip("openapi-python-client is not installed (`make` installs it): no generated client was tried")
    from openapi_python_client import generate  # noqa: PLC0415
    from openapi_python_client.config import Config, ConfigFile, MetaType  # noqa: PLC0415

    folder = tmp_path_factory.mktemp("generated")
    config = Config.from_sources(
        ConfigFile(post_hooks=[]), MetaType.NONE, kept_as_json, "utf-8", overwrite=True, output_path=folder / PACKAGE
    )
    complaints = [f"{one.header}: {one.detail}" for one in generate(config=config)]
    assert complaints == []
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        return importlib.import_module(PACKAGE)


def operation(package: ModuleType, name: str) -> Any:
    """The generated module of an operation, such as `workflows.run_workflow`."""
    return importlib.import_module(f"{package.__name__}.api.{name}")


@pytest.fixture
def guarded(services: Services) -> Services:
    """A server that needs a token."""
    return services_over(services.settings.data_dir, api_token=SecretStr(TOKEN))


@pytest.fixture
async def generated(package: ModuleType, guarded: Services) -> AsyncIterator[Any]:
    """The generated client over a server in this process."""
    client = package.AuthenticatedClient(
        base_url=BASE,
        token=TOKEN,
        raise_on_unexpected_status=True,
        httpx_args={"transport": httpx.ASGITransport(app=create_app(guarded))},
    )
    async with client:
        yield client
    guarded.snapshots.close()
    guarded.store.close()


async def test_it_lists_the_campaigns_with_typed_values(generated: Any, package: ModuleType) -> None:
    listing = operation(package, "analytics.list_campaigns")
    page = await listing.asyncio(client=generated, limit=3)
    assert len(page.items) == 3
    following = await listing.asyncio(client=generated, limit=3, cursor=page.next_cursor)
    assert {row.id for row in page.items}.isdisjoint(row.id for row in following.items)
    first = page.items[0]
    assert (type(first.spend), type(first.platform).__name__) == (float, "Platform")
    trend = await operation(package, "analytics.campaign_trend").asyncio(first.id, client=generated)
    assert trend.campaign_id == first.id
    assert trend.period.from_ <= trend.days[0].date <= trend.days[-1].date == trend.period.to


async def test_it_runs_a_workflow_and_follows_its_execution(
    generated: Any, package: ModuleType, guarded: Services
) -> None:
    run = operation(package, "workflows.run_workflow")
    follow = operation(package, "workflows.get_execution")
    body = package.models.RunRequest(template="quick-pacing-check")
    accepted = await run.asyncio(client=generated, body=body, idempotency_key="monday")
    again = await run.asyncio(client=generated, body=body, idempotency_key="monday")
    assert again.execution_id == accepted.execution_id
    waiting = await follow.asyncio(accepted.execution_id, client=generated)
    assert (waiting.status, waiting.started_at) == ("pending", None)
    now = guarded.clock()
    with guarded.store.writing() as con:
        executions.mark_started(con, accepted.execution_id, "run-1", now)
        executions.step_event(con, accepted.execution_id, waiting.stages[0].name, "started", now)
    running = await follow.asyncio(accepted.execution_id, client=generated)
    assert (running.status, running.stages[0].status, running.started_at) == ("running", "running", now)
    with guarded.store.writing() as con:
        executions.complete(con, accepted.execution_id, {"summary": "3 campaigns"}, now)
    done = await follow.asyncio(accepted.execution_id, client=generated)
    assert (done.status, done.result.to_dict()) == ("completed", {"summary": "3 campaigns"})


async def test_it_exports_a_table(generated: Any, package: ModuleType) -> None:
    models = package.models
    body = models.ExportBody(
        table=models.ExportBodyTable.ANALYTICS_BUDGETS, columns=["campaign_id"], format_=models.Format.CSV
    )
    response = await operation(package, "analytics.export_table").asyncio_detailed(client=generated, body=body)
    assert response.status_code == HTTPStatus.OK
    assert response.content.startswith(b'"campaign_id"\r\n')


async def test_problems_are_typed_answers(generated: Any, package: ModuleType) -> None:
    found = await operation(package, "workflows.get_execution").asyncio("nope", client=generated)
    assert isinstance(found, package.models.Problem)
    assert (found.status, found.code) == (404, "not-found")
