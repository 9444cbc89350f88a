"""What is said of requests that cannot be read: what is wrong, where, and what to send instead."""

import httpx
import pytest

RUN = "/api/workflows/run"


@pytest.mark.parametrize(
    ("body", "kind", "detail"),
    [
        ('{"a": ', "application/json", "body: is not valid JSON, at character 7: Expecting value"),
        ("[1]", "application/json", "body: must be a JSON object"),
        (
            '{"template": "quick-pacing-check"}', "application/x-www-form-urlencoded",
            "body: must be a JSON object; send it with the header Content-Type: application/json",
        ),
    ],
)  # fmt: skip
async def test_a_body_that_is_no_json_object(client: httpx.AsyncClient, body: str, kind: str, detail: str) -> None:
    answer = await client.post(RUN, content=body, headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()["detail"]) == (422, detail)
    assert answer.json()["errors"] == [{"field": "body", "message": detail.removeprefix("body: ")}]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/api/projects", "GET, HEAD, POST"),
        ("PUT", "/api/webhooks/some", "DELETE, GET, HEAD, PATCH, POST"),
        ("GET", RUN, "POST"),
        ("POST", "/healthz", "GET, HEAD"),
    ],
)
async def test_a_wrong_method_is_told_those_that_the_address_takes(
    client: httpx.AsyncClient, method: str, path: str, allowed: str
) -> None:
    answer = await client.request(method, path)
    assert (answer.status_code, answer.json()["code"]) == (405, "method-not-allowed")
    assert answer.headers["allow"] == allowed
    assert answer.json()["detail"] == f"{method} is not answered at this address; it takes {allowed}"
