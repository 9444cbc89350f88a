"""Deliveries: verified, taken once, limited, mapped; whatever is wrong starts nothing and is named."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from adops_pipeline.domain.webhooks import schemes
from adops_pipeline.domain.webhooks.vocabulary import SCHEMES, Scheme
from adops_pipeline_tests.api.webhooks.conftest import Desk, MakeDesk
from adops_pipeline_tests.api.webhooks.senders import Sender

BODY = b'{"id": "evt_1", "days": "5", "campaigns": [{"id": 23851}]}'


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_a_delivery_starts_its_workflow_once(desk: Desk, scheme: str) -> None:
    webhook_id, sender = await desk.create(scheme)
    first = await desk.deliver(webhook_id, sender, BODY)
    assert (first.status_code, first.json()["status"]) == (202, "triggered")
    (execution,) = desk.services.executions.pending(10)
    assert (execution.id, execution.requested_by) == (first.json()["executionId"], "webhook")
    assert (execution.parameters["lookbackDays"], execution.parameters["campaignIds"]) == (5, ["23851"])
    desk.now[0] += timedelta(minutes=4)
    again = await desk.deliver(webhook_id, sender, BODY)
    assert (again.status_code, again.json()) == (202, first.json())
    other = await desk.deliver(webhook_id, sender, BODY.replace(b"evt_1", b"evt_2"), "msg_2")
    assert other.json() != first.json()
    assert len(desk.pending()) == 2
    shown = (await desk.client.get(f"/api/webhooks/{webhook_id}")).json()
    assert (shown["triggerCount"], shown["lastTriggered"][:16]) == (2, "2026-11-20T12:04")
    assert [(one["status"], one["repeats"]) for one in await desk.log(webhook_id)] == [
        ("triggered", 0),
        ("triggered", 1),
    ]


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_an_unknown_webhook_and_a_wrong_key_get_the_same_answer(desk: Desk, scheme: str) -> None:
    webhook_id, sender = await desk.create(scheme)
    _, stranger = await desk.create(scheme)
    wrong = await desk.deliver(webhook_id, stranger, BODY)
    unknown = await desk.deliver("0" * 32, sender, BODY)
    odd = await desk.deliver("%00", sender, BODY)
    without = await desk.client.post(f"/api/webhooks/{webhook_id}", content=BODY)
    answers = [(one.status_code, one.content, sorted(one.headers.items())) for one in (wrong, unknown, odd, without)]
    assert answers == [answers[0]] * 4
    assert answers[0][0] == 401
    assert desk.pending() == []


async def test_an_unknown_webhook_costs_the_same_steps_as_a_known_one(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook_id, _ = await desk.create("api-key")
    await desk.client.post("/api/webhooks/warm-up", content=BODY)
    verified: list[tuple[str, int]] = []
    real = schemes.verify

    def counted(scheme: Scheme, keys: list[str], *rest: object) -> str | None:
        verified.append((scheme, len(keys)))
        return real(scheme, keys, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(schemes, "verify", counted)
    for address in (webhook_id, "f" * 32, "1" * 32, "2" * 32, "3" * 32, "4" * 32):
        await desk.client.post(f"/api/webhooks/{address}", content=BODY)
    assert len(verified) == 6
    assert len({scheme for scheme, _ in verified}) > 1, "unknown ids look like different schemes"
    again = len(verified)
    await desk.client.post(f"/api/webhooks/{'f' * 32}", content=BODY)
    assert verified[again] == verified[1], "and each like the same one every time"


async def test_a_refused_delivery_is_logged_with_its_reason_and_without_its_payload(desk: Desk) -> None:
    webhook_id, _ = await desk.create("standard")
    await desk.client.post(f"/api/webhooks/{webhook_id}", content=BODY, headers={"webhook-id": "msg_1"})
    (entry,) = await desk.log(webhook_id)
    assert (entry["status"], entry["hasPayload"]) == ("rejected", False)
    assert entry["reason"] == "webhook-timestamp is missing or not in whole Unix seconds"
    for _ in range(20):
        await desk.client.post(f"/api/webhooks/{webhook_id}", content=BODY)
    assert len(await desk.log(webhook_id)) < 10, "a flood of refused deliveries does not fill the store"


BAD_BODIES = ((b"", "not JSON"), (b"[1]", "JSON object"), (b'{"a": 1, "a": 2}', "twice"), (b'{"a": NaN}', "NaN"),
              (b"\xff\xfe", "UTF-8"), (b'{"a":' * 5000, "deep"), (b"days=5", "not JSON"))  # fmt: skip


async def test_a_body_that_is_no_json_object_is_refused(desk: Desk) -> None:
    webhook_id, sender = await desk.create("api-key")
    for body, said in BAD_BODIES:
        response = await desk.deliver(webhook_id, sender, body)
        assert (response.status_code, response.json()["code"]) == (400, "invalid-payload")
        assert said in response.json()["detail"]
        entry = (await desk.log(webhook_id))[0]
        assert (entry["status"], entry["hasPayload"], said in entry["reason"]) == ("rejected", False, True)
    assert desk.pending() == []


async def test_a_body_over_the_limit_is_refused_while_it_arrives(make_desk: MakeDesk) -> None:
    desk = await make_desk(api={"webhook_body_bytes": 2000})
    webhook_id, sender = await desk.create("api-key")
    sent = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(1000):
            sent += 100
            yield b"x" * 100

    headers = sender.headers(b"", "msg_1", desk.now[0])
    streamed = await desk.client.post(f"/api/webhooks/{webhook_id}", content=chunks(), headers=headers)
    stated = await desk.client.post("/api/webhooks/unknown", content=b"x" * 2001)
    assert [(one.status_code, one.json()["code"]) for one in (streamed, stated)] == [(413, "body-too-large")] * 2
    assert sent < 3000
    just = b'{"a": "' + b"x" * (2000 - 9) + b'"}'
    assert (await desk.deliver(webhook_id, sender, just)).status_code == 202


async def test_deliveries_over_the_rate_are_told_when_to_come_again(make_desk: MakeDesk) -> None:
    desk = await make_desk(api={"webhook_calls_per_minute": 2})
    webhook_id, sender = await desk.create("api-key")
    other_id, other = await desk.create("api-key")
    found = [await desk.deliver(webhook_id, sender, BODY, f"m{number}") for number in range(3)]
    assert [one.status_code for one in found] == [202, 202, 429]
    assert 1 <= int(found[2].headers["retry-after"]) <= 30
    assert (await desk.deliver(other_id, other, BODY)).status_code == 202, "each webhook has its own limit"
    assert len(desk.pending()) == 3


async def test_a_paused_webhook_starts_nothing_and_its_deliveries_can_be_replayed(desk: Desk) -> None:
    webhook_id, sender = await desk.create("github")
    await desk.client.post(f"/api/webhooks/{webhook_id}/pause")
    paused = await desk.deliver(webhook_id, sender, BODY)
    assert (paused.status_code, paused.json()["code"], desk.pending()) == (409, "webhook-paused", [])
    (entry,) = await desk.log(webhook_id)
    desk.now[0] += timedelta(seconds=1)
    replayed = await desk.client.post(f"/api/webhooks/{webhook_id}/deliveries/{entry['id']}/replay")
    assert (replayed.status_code, len(desk.pending())) == (202, 1)
    assert (await desk.log(webhook_id))[0]["replayOf"] == entry["id"]
    await desk.client.post(f"/api/webhooks/{webhook_id}/resume")
    assert (await desk.deliver(webhook_id, sender, BODY)).status_code == 202


async def test_a_payload_that_does_not_map_starts_nothing_until_the_mapping_fits(desk: Desk) -> None:
    webhook_id, sender = await desk.create("api-key")
    body = b'{"days": "soon"}'
    refused = await desk.deliver(webhook_id, sender, body)
    assert (refused.status_code, refused.json()["code"]) == (422, "payload-does-not-map")
    reason = 'lookbackDays: $.days must be a whole number, not "soon"'
    (entry,) = await desk.log(webhook_id)
    assert (refused.json()["detail"], entry["status"], entry["reason"]) == (reason, "unmapped", reason)
    assert desk.pending() == []
    await desk.client.patch(f"/api/webhooks/{webhook_id}", json={"paramsMapping": {}})
    again = await desk.deliver(webhook_id, sender, body)
    assert again.status_code == 202
    stricter = {"paramsMapping": {"asOf": "$.nothing"}}
    await desk.client.patch(f"/api/webhooks/{webhook_id}", json=stricter)
    repeated = await desk.deliver(webhook_id, sender, body)
    assert (repeated.status_code, repeated.json()) == (202, again.json()), "it was taken under the older mapping"


async def test_deliveries_without_an_id_are_all_new(desk: Desk) -> None:
    webhook_id, sender = await desk.create("api-key")
    for _ in range(2):
        await desk.client.post(f"/api/webhooks/{webhook_id}", content=b"{}", headers={"x-api-key": sender.secret})
    assert len(desk.pending()) == 2
    bad = await desk.client.post(
        f"/api/webhooks/{webhook_id}", content=b'{"days": "x"}', headers={"x-api-key": sender.secret}
    )  # fmt: skip
    assert bad.status_code == 422


async def test_the_ping_of_github_starts_nothing(desk: Desk) -> None:
    webhook_id, sender = await desk.create("github")
    response = await desk.deliver(webhook_id, sender, b'{"zen": "Speak like a human."}', x_github_event="ping")
    assert (response.status_code, response.json()) == (202, {"executionId": None, "status": "ignored"})
    assert desk.pending() == []


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_after_a_rotation_both_keys_are_accepted_until_the_overlap_ends(desk: Desk, scheme: str) -> None:
    webhook_id, old = await desk.create(scheme)
    rotated = await desk.client.post(f"/api/webhooks/{webhook_id}/rotate", json={"overlapHours": 2})
    new = Sender(scheme, rotated.json()["secret"])
    assert new.secret != old.secret
    statuses = []
    for hours in (0, 1.99, 2.01):
        desk.now[0] += timedelta(hours=hours)
        for number, sender in enumerate((old, new)):
            body = f'{{"id": "{hours}-{number}"}}'.encode()
            statuses.append((await desk.deliver(webhook_id, sender, body, f"{hours}-{number}")).status_code)
    assert statuses == [202, 202, 202, 202, 401, 202]


async def test_concurrent_deliveries_start_each_unique_one_once(desk: Desk) -> None:
    webhook_id, sender = await desk.create("standard")
    calls = [f"msg_{number % 32}" for number in range(40)]
    answers = await asyncio.gather(*(desk.deliver(webhook_id, sender, b"{}", call) for call in calls))
    assert {one.status_code for one in answers} == {202}
    by_call = {call: answer.json()["executionId"] for call, answer in zip(calls, answers, strict=True)}
    assert [answer.json()["executionId"] for answer in answers] == [by_call[call] for call in calls]
    pending = Counter(execution.id for execution in desk.services.executions.pending(1000))
    assert pending == Counter(by_call.values())
    assert (await desk.client.get(f"/api/webhooks/{webhook_id}")).json()["triggerCount"] == 32


async def test_old_deliveries_are_forgotten(make_desk: MakeDesk) -> None:
    desk = await make_desk(api={"webhook_keep_days": 2})
    webhook_id, sender = await desk.create("api-key")
    await desk.deliver(webhook_id, sender, BODY)
    desk.now[0] += timedelta(days=3)
    fresh = Desk(desk.services, desk.client, desk.now)
    del desk.services.__dict__["webhook_ingress"]
    await fresh.deliver(webhook_id, sender, BODY, "msg_2")
    assert [one["callId"] for one in await fresh.log(webhook_id)] == ["msg_2"]
