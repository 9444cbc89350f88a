"""Projects over the API: kept, filtered, their campaigns by rule and by hand, rules tried before they are saved."""

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs

import duckdb
import httpx
import pytest

from adops_pipeline.domain.projects import AssignmentRule, CampaignFacts, assign
from adops_pipeline.operations import projects
from adops_pipeline.wiring import Services

PATH = "/api/projects"


def campaigns(services: Services) -> list[tuple[Any, ...]]:
    """id, platform, name and objective of the snapshot's campaigns."""
    with duckdb.connect(str(services.snapshot_path), read_only=True) as con:
        return con.execute("SELECT id, platform, name, objective FROM campaigns ORDER BY id").fetchall()


async def create(web: httpx.AsyncClient, name: str, *rules: dict[str, str], **more: Any) -> dict[str, Any]:
    """A new project."""
    response = await web.post(PATH, json={"name": name, "rules": rules, **more})
    assert response.status_code == 201, response.text
    created: dict[str, Any] = response.json()
    assert (await web.get(response.headers["location"])).json() == created
    return created


async def every(web: httpx.AsyncClient, path: str, **params: Any) -> list[dict[str, Any]]:
    """The entries on all pages of two."""
    found: list[dict[str, Any]] = []
    asked: dict[str, Any] = {"limit": 2, **params}
    while True:
        page = (await web.get(path, params=asked)).json()
        found += page["items"]
        if page["nextCursor"] is None:
            assert page["total"] == len(found)
            return found
        asked["cursor"] = page["nextCursor"]


async def test_a_project_is_kept_changed_and_deleted(client: httpx.AsyncClient, services: Services) -> None:
    rules = ({"platform": "meta-ads", "namePattern": "Spring*"}, {"objective": "SALES"})
    made = await create(client, "Spring", *rules, category="retail", currency="EUR", monthlyBudget=1200.5)
    assert (made["category"], made["monthlyBudget"], made["status"]) == ("retail", 1200.5, "active")
    assert [rule["objective"] for rule in made["rules"]] == [None, "SALES"]
    path = f"{PATH}/{made['id']}"
    changed = (await client.patch(path, json={"category": None, "status": "paused", "name": None})).json()
    assert changed == made | {"category": None, "status": "paused"}
    with services.store.reading() as con:
        stored = projects.get(con, made["id"]).fields
    assert (stored.name, stored.category, len(stored.rules)) == ("Spring", None, 2)
    assert (await client.delete(path)).status_code == 204
    assert (await client.get(path)).status_code == 404


async def test_filters_leave_the_projects_that_meet_them(client: httpx.AsyncClient) -> None:
    for n in range(6):
        more = {"category": ("retail", "travel")[n % 2], "client": ("Acme", "Orion", None)[n % 3]}
        await create(client, f"Project {n}", status=("active", "archived", "paused")[n // 2], **more)
    expected = {
        "": [0, 1, 4, 5],
        "status=archived": [2, 3],
        "status=active&status=paused&category=travel": [1, 5],
        "client=Acme": [0],
        "search=PROJECT 4": [4],
    }
    for asked, numbers in expected.items():
        found = await every(client, PATH, **parse_qs(asked))
        assert [row["name"] for row in found] == [f"Project {n}" for n in numbers], asked


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"name": "x", "rules": [{}]}, "a rule needs"),
        ({"name": "x", "rules": [{"pattern": "y"}]}, "did you mean namePattern?"),
        ({"name": "x", "monthlyBudget": 5}, "currency"),
        ({"name": "x", "monthlyBudget": "1e400", "currency": "EUR"}, "monthlyBudget"),
        ({"name": "x", "monthlyBudget": 0.0000001, "currency": "EUR"}, "monthlyBudget"),
        ({"name": " "}, "name"),
        ({"categroy": "x", "name": "x"}, "did you mean category?"),
    ],
)
async def test_a_wrong_project_is_refused(client: httpx.AsyncClient, body: dict[str, Any], said: str) -> None:
    response = await client.post(PATH, json=body)
    assert response.status_code == 422
    assert said in response.json()["detail"]
    assert not await every(client, PATH)


async def test_campaigns_are_those_of_rules_and_hands_and_of_the_next_snapshot(
    client: httpx.AsyncClient, services: Services
) -> None:
    rows = campaigns(services)
    first, second = await create(client, "A", {"platform": "google-ads"}), await create(client, "B")
    third = await create(client, "C", {"namePattern": rows[0][2]})
    moved = next(row[0] for row in rows if row[1] == "google-ads" and row[2] != rows[0][2])
    put = await client.put(f"{PATH}/{second['id']}/campaigns/{moved}")
    assert (put.status_code, put.json()["assignedBy"]) == (200, "hand")
    facts = [CampaignFacts(*row) for row in rows]
    expected = assign(
        facts,
        {first["id"]: [AssignmentRule(platform="google-ads")], second["id"]: [],  # type: ignore[arg-type]
         third["id"]: [AssignmentRule(name_pattern=rows[0][2])]},
        {moved: second["id"]},
    )  # fmt: skip
    for project in (first, second, third):
        found = await every(client, f"{PATH}/{project['id']}/campaigns")
        own = [one for one in expected.assignments if one.project_id == project["id"]]
        assert [(row["id"], row["assignedBy"]) for row in found] == [(one.campaign_id, one.how) for one in own]
    disputed = await every(client, f"{PATH}/disputed-campaigns")
    assert {row["id"]: tuple(row["projectIds"]) for row in disputed} == dict(expected.disputed)
    assert disputed
    services.store_copy.refresh()
    services.publish()
    with duckdb.connect(str(services.snapshot_path), read_only=True) as con:
        published = con.execute("SELECT id, project_id FROM campaigns WHERE project_id IS NOT NULL").fetchall()
        categories = con.execute("SELECT category FROM projects").fetchall()
    assert dict(published) == {one.campaign_id: one.project_id for one in expected.assignments}
    assert categories == [(None,)] * 3
    assert (await client.delete(f"{PATH}/{second['id']}/campaigns/{moved}")).status_code == 204
    assert not await every(client, f"{PATH}/{second['id']}/campaigns")
    assert (await client.delete(f"{PATH}/{second['id']}/campaigns/{moved}")).status_code == 404
    assert (await client.put(f"{PATH}/{second['id']}/campaigns/meta-ads:nope")).status_code == 404
    assert (await client.put(f"{PATH}/nope/campaigns/{moved}")).status_code == 404


async def test_a_trial_says_what_saving_the_rules_does(client: httpx.AsyncClient, services: Services) -> None:
    rows = campaigns(services)
    google = [row for row in rows if row[1] == "google-ads"]
    own = await create(client, "Own", {"namePattern": google[0][2]})
    other = await create(client, "Other", {"namePattern": google[1][2]})
    await client.put(f"{PATH}/{other['id']}/campaigns/{google[2][0]}")
    rules = [{"namePattern": "nothing"}, {"platform": "google-ads"}]
    before = (await client.get(f"{PATH}/{own['id']}")).json()
    trial = (await client.post(f"{PATH}/try-rules", json={"rules": rules, "projectId": own["id"]})).json()
    assert trial["total"] == len(google)
    outcomes = {row["id"]: row["outcome"] for row in trial["items"]}
    assert outcomes[google[0][0]] == "stays"
    assert outcomes[google[1][0]] == "disputed"
    assert outcomes[google[2][0]] == "assigned-by-hand"
    assert {row["rule"] for row in trial["items"]} == {1}
    assert (await client.get(f"{PATH}/{own['id']}")).json() == before
    await client.patch(f"{PATH}/{own['id']}", json={"rules": rules})
    now_in = {row["id"] for row in await every(client, f"{PATH}/{own['id']}/campaigns")}
    assert now_in == {name for name, outcome in outcomes.items() if outcome in ("stays", "joins")}


@pytest.mark.parametrize("platforms", [["meta-ads"], ["google-ads", "pinterest"], []])
async def test_the_sums_of_a_project_are_those_of_its_campaigns(
    client: httpx.AsyncClient, services: Services, platforms: Sequence[str]
) -> None:
    project = await create(client, "Sums", *({"platform": platform} for platform in platforms))
    days = {"from": "2026-11-10", "to": "2026-11-16"}
    found = (await client.get(f"{PATH}/{project['id']}/overview", params=days)).json()
    query = (
        "SELECT currency, sum(spend)::DOUBLE, sum(clicks)::BIGINT FROM analytics_metrics"
        " WHERE list_contains(?, platform) AND date BETWEEN '2026-11-10' AND '2026-11-16'"
        " GROUP BY currency ORDER BY currency"
    )
    with duckdb.connect(str(services.snapshot_path), read_only=True) as con:
        expected = con.execute(query, [list(platforms)]).fetchall()
    sums = [(row["currency"], row["spend"]["value"], row["clicks"]["value"]) for row in found["totals"]]
    assert sums == [(currency, pytest.approx(spend), clicks) for currency, spend, clicks in expected], json.dumps(found)
    wrong = await client.get(f"{PATH}/{project['id']}/overview", params={"projectId": "x"})
    assert wrong.status_code == 422
