"""The pages of experiments: the API's figures, a test day by day, sizes of tests, and a form that the API takes."""

import json
from collections.abc import AsyncIterator, Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest

from adops_pipeline.api.routes.ab_tests import AbTestRequest
from adops_pipeline.dashboard import formats
from adops_pipeline.services.errors import StoreError
from adops_pipeline.settings.experiments import AbTestSettings
from adops_pipeline.wiring import Services
from adops_pipeline_tests.api.conftest import services_over
from adops_pipeline_tests.api.test_ab_tests import request_for, run
from adops_pipeline_tests.dashboard.conftest import browser_of
from adops_pipeline_tests.templates import copy_into

ENGLISH = formats.DEFAULT_LOCALE
HOSTILE = "<b>Own</b> 'test' & \"more\""


@pytest.fixture(scope="module")
def evaluated(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """The services with a test of the API that was evaluated by a run."""
    services = services_over(copy_into(published, tmp_path_factory.mktemp("experiments")))
    asked = AbTestRequest.model_validate(request_for(services, name=HOSTILE))
    services.ab_tests.define(AbTestSettings.model_validate(asked.model_dump()), "local")
    run(services)
    yield services
    services.snapshots.close()
    services.store.close()


@pytest.fixture
async def tests(evaluated: Services) -> AsyncIterator[httpx.AsyncClient]:
    async with browser_of(evaluated) as browser:
        yield browser


async def page(browser: httpx.AsyncClient, address: str) -> str:
    response = await browser.get(address)
    assert response.status_code == 200, response.text
    return response.text


async def test_the_list_shows_every_test_with_the_figures_of_the_api(tests: httpx.AsyncClient) -> None:
    text = unescape(await page(tests, "/experiments"))
    items = (await tests.get("/api/ab-tests")).json()["items"]
    assert "own" in {test["id"] for test in items}
    for test in items:
        assert f'href="/experiments/{test["id"]}"' in text
        figures = test["figures"]
        if figures is not None and figures["ciLow"] is not None:
            lift, low, high = (formats.change(figures[name], ENGLISH) for name in ("lift", "ciLow", "ciHigh"))
            assert f'<b>{lift}</b> <span class="note">{low} to {high}</span>' in text


async def test_a_test_is_shown_day_by_day_as_the_api_gives_it(tests: httpx.AsyncClient) -> None:
    raw = await page(tests, "/experiments/own")
    days = (await tests.get("/api/ab-tests/own/days")).json()["items"]
    rows = raw.partition("<tbody>")[2].partition("</tbody>")[0].split("<tr>")[1:]
    assert len(rows) == len(days) > 10
    for row, day in zip(rows, days, strict=True):
        assert day["day"] in row
        for name in ("lift", "low", "high"):
            assert formats.percent(day[name], ENGLISH, 1) in row
    assert json.loads(unescape(raw.partition(' data-spec="')[2].partition('"')[0]))["places"] == [
        day["day"] for day in days
    ]
    assert "FROM ab_test_results WHERE test_id = &#39;own&#39;" in raw


async def test_a_test_says_its_verdict_and_what_it_rests_on(tests: httpx.AsyncClient) -> None:
    text = unescape(await page(tests, "/experiments/own"))
    test = (await tests.get("/api/ab-tests/own")).json()
    figures = test["figures"]
    assert test["explanation"] in text
    assert formats.ratio(figures["alwaysValidP"], ENGLISH, 3) in text
    assert f"worth {formats.number(figures['effectiveSampleSize'], ENGLISH, 1)} independent ones" in text
    assert "observational: nobody declared" in text
    assert "both arms paired by day; how days depend on each other is estimated" in text
    assert 'data-action="POST /api/ab-tests/own/stop"' in text


async def test_names_are_text(tests: httpx.AsyncClient) -> None:
    for address in ("/experiments", "/experiments/own"):
        raw = await page(tests, address)
        assert "<b>Own" not in raw
        assert HOSTILE in unescape(raw)


async def test_an_unknown_test_is_not_found(tests: httpx.AsyncClient) -> None:
    assert (await tests.get("/experiments/nope")).status_code == 404


async def test_the_groups_are_those_of_the_api(tests: httpx.AsyncClient) -> None:
    running = {one["id"] for one in (await tests.get("/api/ab-tests?status=running")).json()["items"]}
    every = {one["id"] for one in (await tests.get("/api/ab-tests")).json()["items"]}
    for group, wanted in (("running", running), ("decided", every - running)):
        text = await page(tests, f"/experiments?group={group}")
        assert {one for one in every if f'href="/experiments/{one}"' in text} == wanted


async def test_the_size_of_a_test_is_that_of_the_api(tests: httpx.AsyncClient) -> None:
    asked = {"baselinePct": "3", "liftPct": "10", "perDay": "5000"}
    answer = (await tests.get("/api/calculators/sample-size?baseline=0.03&lift=0.1&perDay=5000")).json()
    part = await tests.get(
        "/experiments", params=asked, headers={"HX-Request": "true", "HX-Target": "size-answer"}
    )  # fmt: skip
    assert f"<b>{formats.number(answer['perArm'], ENGLISH)}</b> per arm, <b>{answer['days']}</b> days" in part.text
    impossible = await page(tests, "/experiments?baselinePct=80&liftPct=50")
    assert "The size cannot be planned" in impossible


class _Form(HTMLParser):
    """The fields of the form with that action, by name; lists and checkboxes as the action sends them."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.fields: dict[str, dict[str, str | None]] = {}
        self._action, self._is_inside = action, False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self._is_inside = given.get("data-action") == self._action
        elif self._is_inside and given.get("name"):
            self.fields[str(given["name"])] = given


async def test_the_form_of_a_new_test_asks_for_what_the_api_takes(tests: httpx.AsyncClient) -> None:
    form = _Form("POST /api/ab-tests")
    form.feed(await page(tests, "/experiments"))
    schema: dict[str, Any] = AbTestRequest.model_json_schema(by_alias=True)
    known = set(schema["properties"]) | {
        f"{arm}.{name}" for arm in ("variantA", "variantB") for name in ("name", "adGroupIds")
    }
    assert set(form.fields) <= known
    asked = {name.partition(".")[0] for name in form.fields}
    assert set(schema["required"]) <= asked
    lists = {name for name, given in form.fields.items() if given.get("data-type") == "lines"}
    assert lists == {"variantA.adGroupIds", "variantB.adGroupIds"}


async def test_where_the_tests_cannot_be_read_the_page_says_so_and_keeps_the_rest(
    tests: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise StoreError("the store is locked")

    monkeypatch.setattr("adops_pipeline.dashboard.pages.experiments.list_ab_tests", fail)
    text = await page(tests, "/experiments")
    assert "The tests cannot be read" in text
    assert "the store is locked" in text
    assert "How long will it take?" in text


async def test_without_tests_the_page_says_how_to_declare_one(browser: httpx.AsyncClient) -> None:
    text = await page(browser, "/experiments?group=decided&platform=pinterest")
    assert "No test here" in text
