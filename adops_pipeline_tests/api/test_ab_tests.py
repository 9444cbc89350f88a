"""A/B tests over the API: defined once, evaluated by the next run and at once alike, stopped, refused when wrong."""

from dataclasses import replace
from datetime import date
from typing import Any

import duckdb
import httpx
import pytest

from adops_pipeline.services.ab_tests import AbTests
from adops_pipeline.wiring import Services
from adops_pipeline_tests.api.conftest import client_of, services_over

PATH = "/api/ab-tests"


def request_for(services: Services, **more: Any) -> dict[str, Any]:
    """A request for a test of two ad groups of one campaign."""
    query = (
        "SELECT platform, campaign_id, list(DISTINCT ad_group_id ORDER BY ad_group_id)[:2]"
        " FROM analytics_ad_group_metrics WHERE clicks > 0 GROUP BY ALL HAVING count(DISTINCT ad_group_id) > 1"
        " ORDER BY ALL LIMIT 1"
    )
    with duckdb.connect(str(services.snapshot_path), read_only=True) as con:
        platform, campaign, (first, second) = con.execute(query).fetchall()[0]
    arms = {"variantA": {"name": "A", "adGroupIds": [first]}, "variantB": {"name": "B", "adGroupIds": [second]}}
    named = {"id": "own", "name": "Own test", "platform": platform, "campaignId": campaign}
    return named | arms | {"metric": "ctr", "startedOn": "2026-11-02", "minDays": 3} | more


def run(services: Services) -> None:
    """What a run of the pipeline does with tests."""
    services.analysis.experiments(services.test_definitions)
    services.publish()


async def test_a_defined_test_is_evaluated_by_the_next_run_as_it_is_at_once(
    client: httpx.AsyncClient, services: Services
) -> None:
    before = {test["id"] for test in (await client.get(PATH)).json()["items"]}
    created = await client.post(PATH, json=request_for(services))
    assert created.status_code == 201, created.text
    defined = created.json()
    assert (defined["origin"], defined["createdBy"], defined["status"]) == ("api", "local", "running")
    assert (defined["reason"], defined["figures"]) == (None, None)
    assert {test.id for test in services.test_definitions} == before | {"own"}
    at_once = (await client.post(f"{PATH}/own/evaluate")).json()
    assert at_once["figures"]["evaluatedAt"] == "2026-11-19"
    assert (await client.get(created.headers["location"])).json() == defined, "an evaluation at once stores nothing"
    run(services)
    published = (await client.get(f"{PATH}/own")).json()
    for name in ("status", "winner", "reason", "explanation", "figures"):
        assert published[name] == at_once[name]
    (row,) = [row for row in (await client.get("/api/analytics/experiments")).json()["items"] if row["id"] == "own"]
    for name in ("status", "reason", "evaluatedAt"):
        assert row[name] == published[name]
    (own,) = (await client.get(PATH, params={"origin": "api"})).json()["items"]
    assert own == published


async def test_a_stopped_test_stays_undecided(client: httpx.AsyncClient, services: Services) -> None:
    await client.post(PATH, json=request_for(services, minDays=28))
    stopped = (await client.post(f"{PATH}/own/stop")).json()
    assert stopped["stoppedAt"] is not None
    assert (await client.post(f"{PATH}/own/stop")).json() == stopped
    run(services)
    found = (await client.get(f"{PATH}/own")).json()
    assert (found["status"], found["reason"], found["completedAt"]) == ("inconclusive", "stopped", "2026-11-19")
    assert "stopped" in found["explanation"]
    evaluated = (await client.post(f"{PATH}/own/evaluate")).json()
    assert (evaluated["status"], evaluated["figures"]) == ("inconclusive", None)


async def test_a_decided_test_is_not_stopped(
    client: httpx.AsyncClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    await client.post(PATH, json=request_for(services))
    decided = replace(services.ab_tests.get("own"), standing={"status": "completed", "explanation": "B won."})
    monkeypatch.setattr(AbTests, "every", lambda _: [decided])
    response = await client.post(f"{PATH}/own/stop")
    assert (response.status_code, response.json()["detail"]) == (409, "own has ended already: B won.")


async def test_tests_of_the_settings_are_not_stopped_here(services: Services) -> None:
    arms = {"variant_a": {"name": "A", "ad_group_ids": ["1"]}, "variant_b": {"name": "B", "ad_group_ids": ["2"]}}
    test = {"id": "fixed", "name": "x", "platform": "pinterest", "campaign_id": "1", "metric": "ctr",
            "started_on": "2026-11-02"} | arms  # fmt: skip
    own = services_over(services.settings.data_dir, ab_tests=[test])
    async with client_of(own) as client:
        (found,) = (await client.get(PATH)).json()["items"]
        assert (found["origin"], found["variantA"]) == ("settings", {"name": "A", "adGroupIds": ["1"]})
        response = await client.post(f"{PATH}/fixed/stop")
        assert (response.status_code, response.json()["code"]) == (409, "refused")
        for path in ("nope", "nope/stop", "nope/evaluate"):
            method = "GET" if path == "nope" else "POST"
            assert (await client.request(method, f"{PATH}/{path}")).status_code == 404
        taken = await client.post(PATH, json=request_for(own, id="fixed"))
        assert taken.status_code == 409
    own.snapshots.close()
    own.store.close()


WRONG: list[tuple[dict[str, Any], int, str]] = [
    ({"variantB": {"name": "B", "adGroupIds": ["no-such-group"]}}, 422, "no-such-group"),
    ({"maxDays": 2}, 422, "max_days"),
    ({"metric": "clicks"}, 422, "metric"),
    ({"startOn": "2026-11-02"}, 422, "did you mean startedOn?"),
    ({"started_on": "2026-11-02"}, 422, "started_on"),
    ({"id": "a/b"}, 422, "id"),
]


@pytest.mark.parametrize(("more", "status", "said"), WRONG)
async def test_a_wrong_test_is_refused(
    client: httpx.AsyncClient, services: Services, more: dict[str, Any], status: int, said: str
) -> None:
    response = await client.post(PATH, json=request_for(services, **more))
    assert response.status_code == status
    assert said in response.json()["detail"]
    assert not services.ab_tests.defined()


async def test_an_id_names_one_test(client: httpx.AsyncClient, services: Services) -> None:
    request = request_for(services)
    assert (await client.post(PATH, json=request)).status_code == 201
    again = await client.post(PATH, json=request)
    assert (again.status_code, again.json()["code"]) == (409, "refused")
    del request["id"]
    assert (await client.post(PATH, json=request)).status_code == 201
    assert len(services.ab_tests.defined()) == 2
    assert {test.started_on for test in services.ab_tests.defined()} == {date(2026, 11, 2)}


async def test_the_days_of_a_test_end_with_what_its_evaluation_says(
    client: httpx.AsyncClient, services: Services
) -> None:
    await client.post(PATH, json=request_for(services))
    figures = (await client.post(f"{PATH}/own/evaluate")).json()["figures"]

    found = (await client.get(f"{PATH}/own/days")).json()

    assert (found["testId"], found["alpha"]) == ("own", 0.05)
    last = found["items"][-1]
    assert len(found["items"]) == figures["days"] == 18
    assert last["day"] == figures["windowEnd"]
    for name in ("days", "valueA", "valueB", "lift", "alwaysValidP"):
        assert last[name] == pytest.approx(figures[name])
    assert last["low"] < last["lift"] < last["high"]
    assert (await client.get(f"{PATH}/nope/days")).status_code == 404


async def test_the_days_of_a_test_are_computed_once_for_each_snapshot(
    client: httpx.AsyncClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    await client.post(PATH, json=request_for(services))
    first = (await client.get(f"{PATH}/own/days")).json()
    with monkeypatch.context() as broken:
        broken.setattr("adops_pipeline.services.evaluations.days_of_test", None)
        assert (await client.get(f"{PATH}/own/days")).json() == first
        services.publish()
        assert (await client.get(f"{PATH}/own/days")).status_code == 500
    assert (await client.get(f"{PATH}/own/days")).json() == first


async def test_a_test_of_a_proportion_is_planned_for(client: httpx.AsyncClient) -> None:
    path = "/api/calculators/sample-size"
    planned = {"baseline": 0.03, "lift": 0.1333333333333}
    assert (await client.get(path, params=planned)).json() == {"perArm": 30390, "days": None}
    assert (await client.get(path, params=planned | {"perDay": 3000})).json()["days"] == 11
    assert (await client.get(path, params=planned | {"power": 0.9})).json()["perArm"] > 40000
    wrong = (await client.get(path, params={"baseline": 0.6, "lift": 0.9})).json()
    assert wrong["status"] == 422
    assert wrong["detail"].startswith("lift: ")
    assert "no share between 0 and 1" in wrong["detail"]
