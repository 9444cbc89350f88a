"""Agents over the API: memories are kept once, recalled with reasons, judged and retracted; advice has its proof."""

from typing import Any

import httpx
import pytest

PATH = "/api/agents/trader"


def memory(**changes: Any) -> dict[str, Any]:
    """A request to remember a change that helped."""
    return {
        "type": "campaign_outcome", "context": {"platform": "meta-ads", "campaign": "7", "condition": "weekend"},
        "action": {"kind": "bid_down", "on": "2026-11-07"}, "score": 0.1, "tags": ["cpa"],
        "outcome": {"metric": "cpa", "verdict": "helped", "effect": -0.1, "effectLow": -0.15, "effectHigh": -0.05},
    } | changes  # fmt: skip


async def _remember(client: httpx.AsyncClient, count: int) -> list[str]:
    found = []
    for n in range(count):
        context = {"platform": "meta-ads", "campaign": f"c{n}", "condition": "weekend"}
        response = await client.post(f"{PATH}/memory", json=memory(context=context))
        assert response.status_code == 201, response.text
        found.append(response.json()["id"])
    return found


async def test_a_memory_is_stored_merged_replaced_and_recalled(client: httpx.AsyncClient) -> None:
    created = await client.post(f"{PATH}/memory", json=memory())
    assert created.status_code == 201, created.text
    first = created.json()
    assert (await client.get(created.headers["location"])).json() == first["memory"]
    again = (await client.post(f"{PATH}/memory", json=memory())).json()
    assert (again["id"], again["merged"], again["memory"]["repeats"]) == (first["id"], True, 1)
    newer = (await client.post(f"{PATH}/memory", json=memory(score=0.2))).json()
    assert (newer["replaced"], newer["merged"]) == (first["id"], False)
    situation = {"platform": "meta-ads", "condition": "weekend", "tag": "cpa", "type": "campaign_outcome"}
    (found,) = (await client.get(f"{PATH}/memory", params=situation)).json()["items"]
    assert found["memory"] == newer["memory"]
    assert found["similarity"] == pytest.approx(1)
    assert found["reasons"][:2] == ["similarity 1.00", "same platform, condition"]
    (agent,) = [one for one in (await client.get("/api/agents")).json()["items"] if one["id"] == "trader"]
    assert (agent["memories"], agent["pending"]) == (1, 0)


async def test_junk_is_refused_with_its_place(client: httpx.AsyncClient) -> None:
    for changes, said in (
        ({"context": {}}, "context.platform"),
        ({"action": {"kind": "pause", "why": "x"}}, "action.why"),
        ({"score": 2}, "score"),
        ({"tags": ["\0"]}, "NUL"),
        ({"type": "thought"}, "type"),
    ):
        response = await client.post(f"{PATH}/memory", json=memory(**changes))
        assert response.status_code == 422, changes
        assert said in response.text
    assert (await client.get(f"{PATH}/memory")).json()["items"] == []


async def test_people_judge_and_retract_and_what_rested_on_it_is_recomputed(client: httpx.AsyncClient) -> None:
    first, second = await _remember(client, 2)
    judged = await client.post(f"{PATH}/memory/{first}/feedback", json={"verdict": "outdated", "note": "new site"})
    assert judged.json()["feedback"] == {"useful": 0, "wrong": 0, "outdated": 1}
    retracted = await client.post(f"{PATH}/memory/{second}/retract", json={"reason": "wrong campaign"})
    assert (retracted.json()["retractedBy"], retracted.json()["retractionReason"]) == ("local", "wrong campaign")
    assert (await client.post(f"{PATH}/memory/{second}/retract", json={"reason": "again"})).status_code == 409
    (learning,) = (await client.get(f"{PATH}/learnings")).json()["items"]
    assert learning["supporting"] == [first]
    assert not learning["passes"]
    for path in (f"/api/agents/analyst/memory/{first}", f"{PATH}/memory/none"):
        assert (await client.get(path)).status_code == 404
        assert (await client.post(f"{path}/feedback", json={"verdict": "useful"})).status_code == 404


async def test_recommendations_are_gated_and_have_their_provenance(client: httpx.AsyncClient) -> None:
    ids = await _remember(client, 12)
    await client.post(f"{PATH}/memory/{ids[0]}/feedback", json={"verdict": "useful"})
    situation: dict[str, str | int | float] = {"platform": "meta-ads", "condition": "weekend", "limit": 3}
    found = (await client.get(f"{PATH}/recommendations", params=situation)).json()
    (applicable,) = found["applicableLearnings"]
    assert "helps: +11.1 %" in applicable["learning"]["insight"]
    assert applicable["learning"]["counterEvidence"] == "No outcome contradicts it."
    assert {one["memoryId"] for one in applicable["provenance"]} == set(ids)
    assert len(found["relevantMemories"]) == 3
    strict = (await client.get(f"{PATH}/recommendations", params=situation | {"gate": 0.9})).json()
    assert (strict["applicableLearnings"], strict["heldBack"]) == ([], 1)
    before = await client.get(f"{PATH}/learnings", params={"asOf": "2020-01-01T00:00:00Z"})
    assert before.json()["items"] == []
    page = (await client.get(f"{PATH}/learnings", params={"platform": "meta-ads"})).json()
    assert (page["total"], page["items"][0]["passes"]) == (1, True)


async def test_the_roster_is_listed_and_an_agent_is_run_dry(client: httpx.AsyncClient) -> None:
    agents = {one["id"]: one for one in (await client.get("/api/agents")).json()["items"]}
    assert len(agents) == 8
    assert agents["search-buyer"]["platforms"] == ["google-ads"]
    ran = await client.post("/api/agents/account-reporter/run", json={"dryRun": True})
    (found,) = ran.json()["items"]
    assert (found["outcome"], found["kind"], found["subject"]) == ("would", "run_workflow", "cross-channel-report")
    unknown = await client.post("/api/agents/tradr/run", json={})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not-found")
