"""The fault plan keeps its promises, and the middleware and the transport inject what it says."""

import json
import os
import subprocess
import sys

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from adops_pipeline.sandbox.faults import Answer, FaultKind, FaultMiddleware, FaultPlan, FaultTransport, request_key
from adops_pipeline_tests.serving import serving

ALL_FAULTS = dict.fromkeys(FaultKind, 0.1)
DRAWN = """
from adops_pipeline.sandbox.faults import FaultKind, FaultPlan
plan = FaultPlan(3, {kind: 0.1 for kind in FaultKind})
print([plan.draw(f"GET /{n % 7}", FaultKind) for n in range(60)])
"""


class PlainDialect:
    """A platform of few words."""

    def throttled(self, path: str) -> Answer:
        return 429, {"Retry-After": "1"}, path.encode()

    def expired_token(self, path: str) -> Answer:
        return 401, {"content-type": "application/json"}, b'{"error":"expired"}'

    def is_token_endpoint(self, path: str) -> bool:
        return path == "/token"

    def account_of(self, path: str) -> str | None:
        return path.removeprefix("/accounts/") if path.startswith("/accounts/") else None

    def revoked(self, path: str, account: str) -> Answer:
        return 403, {}, account.encode()

    def too_much(self, target: str, body: bytes) -> Answer | None:
        return (400, {}, b"too much") if "days" in target else None

    def repeat_page(self, path_and_query: str, body: bytes) -> bytes | None:
        return json.dumps({**json.loads(body), "next": path_and_query}).encode() if "page" in path_and_query else None


async def echo(request: Request) -> Response:
    body = (await request.body()).decode()
    return JSONResponse({"body": body, "path": request.url.path}, headers={"x-usage": "7"})


async def missing(request: Request) -> Response:
    return JSONResponse({"error": request.url.path}, status_code=404)


def emulated(plan: FaultPlan, *, on_loopback: bool = False) -> FaultMiddleware:
    routes = [Route("/missing", missing), Route("/{path:path}", echo, methods=["GET", "POST"])]
    return FaultMiddleware(Starlette(routes=routes), plan, PlainDialect(), on_loopback=on_loopback)


def client(plan: FaultPlan) -> httpx.AsyncClient:
    transport = FaultTransport(httpx.ASGITransport(emulated(plan)), plan)
    return httpx.AsyncClient(transport=transport, base_url="http://platform.test")


def always(kind: FaultKind, limit: int | None = None) -> FaultPlan:
    return FaultPlan(1, {kind: 1.0}, limit=limit)


async def outcomes(plan: FaultPlan, paths: list[str]) -> list[str]:
    """What a client sees: a status, or the name of the time-out."""
    seen = []
    async with client(plan) as http:
        for path in paths:
            try:
                seen.append(str((await http.get(path)).status_code))
            except httpx.ReadTimeout:
                seen.append("timeout")
    return seen


def test_a_plan_decides_alike_in_every_process() -> None:
    def in_process(hash_seed: str) -> str:
        env = {**os.environ, "PYTHONHASHSEED": hash_seed}
        return subprocess.run([sys.executable, "-c", DRAWN], env=env, capture_output=True, text=True, check=True).stdout

    first = in_process("1")
    assert first == in_process("2")
    assert "throttled" in first


async def test_a_request_meets_the_same_faults_whatever_runs_beside_it() -> None:
    alone = await outcomes(FaultPlan(5, ALL_FAULTS), ["/a"] * 30)
    mixed = await outcomes(FaultPlan(5, ALL_FAULTS), ["/a", "/b", "/c"] * 30)
    assert mixed[::3] == alone
    assert len(set(alone)) > 2


@pytest.mark.parametrize("kind", [kind for kind in FaultKind if kind is not FaultKind.TOO_MUCH])
async def test_after_two_faults_in_a_row_a_request_goes_through(kind: FaultKind) -> None:
    plan = always(kind)
    async with client(plan) as http:
        good = []
        for _ in range(9):
            try:
                answer = await http.get("/x?page=1")
                good.append(
                    answer.status_code == 200 and answer.content.endswith(b"}") and b"next" not in answer.content
                )
            except httpx.ReadTimeout:
                good.append(False)
    assert good == [False, False, True] * 3
    assert plan.injected == {kind: 6}


async def test_timeouts_and_other_faults_together_stay_within_two_in_a_row() -> None:
    plan = FaultPlan(2, {FaultKind.TIMEOUT: 0.5, FaultKind.SERVER_ERROR: 0.5})
    for path in ("/a", "/b", "/c", "/d"):
        seen = "".join("." if s == "200" else "x" for s in await outcomes(plan, [path] * 40))
        assert "xxx" not in seen
        assert "xx" in seen


async def test_what_is_too_much_stays_too_much_and_the_rest_is_answered() -> None:
    plan = FaultPlan(3, {FaultKind.TOO_MUCH: 0.5})
    paths = [f"/x?days={n}" for n in range(20)]
    seen = await outcomes(plan, paths)
    assert await outcomes(plan, paths) == seen
    assert set(seen) == {"200", "400"}
    assert plan.injected[FaultKind.TOO_MUCH] == 2 * seen.count("400")
    assert set(await outcomes(plan, [f"/day?{n}" for n in range(20)])) == {"200"}


async def test_the_limit_bounds_all_faults_together() -> None:
    plan = always(FaultKind.SERVER_ERROR, limit=3)
    seen = await outcomes(plan, [f"/{n}" for n in range(10)])
    assert seen == ["503"] * 3 + ["200"] * 7


async def test_no_plan_no_fault() -> None:
    assert set(await outcomes(FaultPlan(0, {}), ["/a"] * 50)) == {"200"}


async def test_about_as_many_requests_fail_as_the_rate_says() -> None:
    plan = FaultPlan(8, {FaultKind.THROTTLED: 0.2})
    seen = await outcomes(plan, [f"/{n}" for n in range(500)])
    assert 70 <= seen.count("429") <= 130


async def test_each_fault_looks_as_it_does_on_the_wire() -> None:
    async with client(always(FaultKind.SERVER_ERROR)) as http:
        answer = await http.get("/a")
        assert (answer.status_code, answer.headers["content-type"]) == (503, "text/html; charset=utf-8")
        assert answer.text.startswith("<html>")
    async with client(always(FaultKind.THROTTLED)) as http:
        answer = await http.get("/a")
        assert (answer.status_code, answer.headers["retry-after"], answer.text) == (429, "1", "/a")
    async with client(always(FaultKind.EXPIRED_TOKEN)) as http:
        assert (await http.get("/a")).json() == {"error": "expired"}
    async with client(always(FaultKind.TRUNCATED)) as http:
        answer = await http.get("/a")
        assert answer.status_code == 200
        assert answer.headers["x-usage"] == "7"
        assert int(answer.headers["content-length"]) == len(answer.content)
        with pytest.raises(json.JSONDecodeError):
            answer.json()
    async with client(always(FaultKind.DUPLICATE_PAGE)) as http:
        assert (await http.get("/a?page=3")).json()["next"] == "/a?page=3"


async def test_a_fault_that_cannot_strike_lets_the_answer_through_unchanged() -> None:
    plan = always(FaultKind.DUPLICATE_PAGE)
    async with client(plan) as http:
        assert (await http.get("/a")).json() == {"body": "", "path": "/a"}
    plan = always(FaultKind.TRUNCATED)
    async with client(plan) as http:
        assert (await http.get("/missing")).json() == {"error": "/missing"}
    assert plan.injected.total() == 0


async def test_the_body_reaches_the_app_and_tells_requests_apart() -> None:
    plan = always(FaultKind.SERVER_ERROR, limit=1)
    async with client(plan) as http:
        assert (await http.post("/q", content=b"one")).status_code == 503
        assert (await http.post("/q", content=b"two")).json()["body"] == "two"
    assert request_key("POST", "/q", b"one") != request_key("POST", "/q", b"two")


async def test_tokens_are_handed_out_but_for_server_errors_and_timeouts() -> None:
    spared = (FaultKind.THROTTLED, FaultKind.TRUNCATED, FaultKind.EXPIRED_TOKEN, FaultKind.DUPLICATE_PAGE)
    for kind in spared:
        assert await outcomes(always(kind), ["/token"]) == ["200"]
    assert await outcomes(always(FaultKind.SERVER_ERROR), ["/token"]) == ["503"]
    assert await outcomes(always(FaultKind.TIMEOUT), ["/token"]) == ["timeout"]


async def test_timeouts_strike_before_and_after_the_app_saw_the_request() -> None:
    served: list[str] = []

    class Counting(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            served.append(request.url.path)
            return httpx.Response(200)

    paths = [f"/{n}" for n in range(40)]
    async with httpx.AsyncClient(transport=FaultTransport(Counting(), always(FaultKind.TIMEOUT))) as http:
        for path in paths:
            with pytest.raises(httpx.ReadTimeout):
                await http.get(f"http://platform.test{path}")
    assert 5 < len(served) < 35


async def test_a_revoked_account_is_refused_every_time_and_others_are_not() -> None:
    plan = FaultPlan(1, {}, frozenset({"42"}))
    async with client(plan) as http:
        for _ in range(4):
            answer = await http.get("/accounts/42")
            assert (answer.status_code, answer.text) == (403, "42")
        assert (await http.get("/accounts/43")).status_code == 200


async def test_on_loopback_a_timeout_is_a_connection_that_breaks_off() -> None:
    app = emulated(always(FaultKind.TIMEOUT), on_loopback=True)
    async with serving(app, lifespan="off") as url, httpx.AsyncClient() as http:
        for _ in range(2):
            with pytest.raises(httpx.RemoteProtocolError):
                await http.get(f"{url}/a")
        assert (await http.get(f"{url}/a")).json()["path"] == "/a"


def test_a_plan_is_read_from_one_line_of_settings() -> None:
    plan = FaultPlan.parse("throttled=0.05, truncated=0.02;seed=3; limit=40;revoked=123, 456")
    assert plan.rates == {FaultKind.THROTTLED: 0.05, FaultKind.TRUNCATED: 0.02}
    assert (plan.seed, plan.limit, plan.revoked_accounts) == (3, 40, frozenset({"123", "456"}))
    assert FaultPlan.parse("").rates == {}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("slow=0.1", "slow"),
        ("timeout=often", "often"),
        ("timeout", "timeout"),
        ("timeout=nan", "between 0 and 1"),
        ("timeout=0.6,throttled=0.6", "at most 1 together"),
        ("timeout=0.1;seed=x", "seed"),
    ],
)
def test_a_wrong_plan_is_refused_by_name(text: str, named: str) -> None:
    with pytest.raises(ValueError, match=named):
        FaultPlan.parse(text)
