"""`/api/tools`: the same tools as over MCP, by role, with problem documents for what is refused."""

import httpx

from adops_pipeline.wiring import Services


async def test_the_tools_are_listed_with_their_schemas_and_can_be_called(client: httpx.AsyncClient) -> None:
    listed = {tool["name"]: tool for tool in (await client.get("/api/tools")).json()}
    assert listed["list_pacing"]["effect"] == "read"
    assert "limit" in listed["list_pacing"]["inputSchema"]["properties"]
    assert listed["google_ads_list_ads"]["scope"] == "https://www.googleapis.com/auth/adwords"
    answer = await client.post("/api/tools/list_pacing", json={"limit": 1})
    assert answer.status_code == 200
    assert (answer.json()["returned"], answer.json()["hasMore"]) == (1, True)


async def test_a_refused_call_is_a_problem_document(client: httpx.AsyncClient, services: Services) -> None:
    _, reader = services.tokens.create("alice", "reader", by="test")
    client.headers["Authorization"] = f"Bearer {reader}"
    wrong = await client.post("/api/tools/list_pacing", json={"limitt": 1})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid-arguments")
    assert wrong.json()["errors"] == [{"field": "limitt", "message": "there is no such field; did you mean limit?"}]
    forbidden = await client.post("/api/tools/run_workflow", json={"workflow": "pacing-check"})
    assert (forbidden.status_code, forbidden.json()["code"]) == (403, "not-permitted")
    assert (await client.post("/api/tools/nothing", json={})).status_code == 404
