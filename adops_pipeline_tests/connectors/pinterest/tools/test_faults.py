"""The fault plan against every tool: no change is made twice, and each outcome is named."""

import httpx
import pytest

from adops_pipeline.connectors.errors import PermanentError
from adops_pipeline.connectors.tools import UncertainWriteError
from adops_pipeline.sandbox.faults import FaultKind, FaultPlan
from adops_pipeline_tests.connectors.pinterest.tools.conftest import ACCOUNT, READS, WRITES, Bench

SURVIVED = (FaultKind.THROTTLED, FaultKind.EXPIRED_TOKEN)
"""The platform did not act, and said so: the change is sent again."""
UNCERTAIN = (FaultKind.SERVER_ERROR, FaultKind.TIMEOUT, FaultKind.TRUNCATED)


def plan(kind: FaultKind, seed: int = 1) -> FaultPlan:
    return FaultPlan(seed, {kind: 1.0}, limit=1)


@pytest.mark.parametrize("kind", [*SURVIVED, *UNCERTAIN])
@pytest.mark.parametrize("name", list(WRITES))
async def test_a_change_is_made_once_and_where_that_is_unknown_it_is_said(
    bench: Bench, name: str, kind: FaultKind
) -> None:
    tool, given = bench.writer(name, **WRITES[name])
    before = await tool.before(bench.client, given)
    intended = await tool.intended(bench.client, given, before)
    seen = len(bench.switch.sent)
    faulty = plan(kind)
    bench.switch.inner = bench.platform(faulty)
    if kind in SURVIVED:
        object_id = await tool.apply(bench.client, given)
        assert bench.created() in ([], [object_id])
    else:
        with pytest.raises(UncertainWriteError, match="may have applied the change"):
            await tool.apply(bench.client, given)
        assert len(bench.switch.sent) == seen + 1, "sent again although it may have been applied"
        # Who asks afterwards finds what was done: for a create the new object, for an update the state.
        found = await tool.find(bench.client, given, bench.now)
        assert [one.object_id for one in found] == bench.created()
        if before is not None:
            after = await tool.read_back(bench.client, ACCOUNT, str(before.object_id))
            assert after in (before, intended)
    assert faulty.injected.total() == 1
    assert len(bench.created()) <= 1


@pytest.mark.parametrize("seed", range(1, 7))
async def test_a_time_out_before_and_after_the_platform_acted_looks_the_same_and_is_told_apart_by_asking(
    bench: Bench, seed: int
) -> None:
    tool, given = bench.writer(
        "pinterest_create_campaign", **{**WRITES["pinterest_create_campaign"], "name": f"N{seed}"}
    )
    await bench.client.currency(ACCOUNT)
    bench.switch.inner = bench.platform(plan(FaultKind.TIMEOUT, seed))
    with pytest.raises(UncertainWriteError, match="did not respond in time"):
        await tool.apply(bench.client, given)
    found = await tool.find(bench.client, given, bench.now)
    assert [one.object_id for one in found] == bench.created()


@pytest.mark.parametrize("kind", [*SURVIVED, *UNCERTAIN, FaultKind.DUPLICATE_PAGE])
async def test_reads_survive_every_fault(bench: Bench, kind: FaultKind) -> None:
    await bench.client.currency(ACCOUNT)
    for name, arguments in READS.items():
        bench.switch.inner = bench.platform(FaultPlan(1, {}))
        whole = await bench.read(name, **arguments)
        bench.switch.inner = bench.platform(plan(kind))
        assert (await bench.read(name, **arguments)).rows == whole.rows


def answering(body: object) -> httpx.MockTransport:
    return httpx.MockTransport(lambda _: httpx.Response(200, json=body))


async def test_an_answer_to_a_change_that_says_nothing_of_it_is_uncertain(bench: Bench) -> None:
    tool, given = bench.writer("pinterest_update_campaign", **WRITES["pinterest_update_campaign"])
    await tool.before(bench.client, given)
    bodies: list[object] = [{"items": [{}]}, {"items": []}, {"items": [{"data": {"name": "no id"}}]}, []]
    for body in bodies:
        bench.switch.inner = answering(body)
        with pytest.raises(UncertainWriteError):
            await tool.apply(bench.client, given)


@pytest.mark.parametrize("many", [False, True])
async def test_an_exception_is_read_alone_and_in_a_list(bench: Bench, many: bool) -> None:
    tool, given = bench.writer("pinterest_update_campaign", **WRITES["pinterest_update_campaign"])
    await tool.before(bench.client, given)
    refused = {"code": 29, "message": "Not permitted."}
    bench.switch.inner = answering({"items": [{"exceptions": [refused] if many else refused}]})
    with pytest.raises(PermanentError, match=r"Not permitted\.") as caught:
        await tool.apply(bench.client, given)
    assert caught.value.context.code == "29"


async def test_a_list_that_leads_to_itself_ends(bench: Bench) -> None:
    tool, given = bench.writer("pinterest_create_campaign", **WRITES["pinterest_create_campaign"])
    await bench.client.currency(ACCOUNT)
    page = {"items": [{"id": "1", "name": "Other"}], "bookmark": "again"}
    bench.switch.inner = answering(page)
    seen = len(bench.switch.sent)
    assert await tool.find(bench.client, given, bench.now) == []
    assert len(bench.switch.sent) - seen <= 3
