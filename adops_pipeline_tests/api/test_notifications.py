"""Receivers and deliveries over the API: kept, changed, tried out and listed, and no address leaves the server."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from adops_pipeline.operations import deliveries
from adops_pipeline.operations.secrets import new_key
from adops_pipeline.wiring import Services
from adops_pipeline_tests.api.conftest import client_of, services_over
from adops_pipeline_tests.notifications.receivers import SECRET, Receiver, Reply
from adops_pipeline_tests.templates import copy_into

PATH = "/api/notifications"
SLACK = f"https://hooks.slack.com/services/T000/B000/{SECRET}"


@pytest.fixture
def services(published: Path, tmp_path: Path) -> Services:
    """Services that can store addresses, with one receiver of the settings."""
    own = {"discord_webhook_url": f"https://discord.com/api/webhooks/1/{SECRET}", "allow_loopback": True}
    return services_over(copy_into(published, tmp_path), notifications=own, secret_keys=[new_key()])


@pytest.fixture
async def client(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    """A client that fails where an address turns up in an answer."""

    async def check(response: httpx.Response) -> None:
        await response.aread()
        assert SECRET not in response.text

    async with client_of(services) as client:
        client.event_hooks["response"].append(check)
        yield client
    services.snapshots.close()
    services.store.close()


@pytest.fixture
def slack() -> Iterator[Receiver]:
    """A server that plays Slack."""
    receiver = Receiver()
    yield receiver
    receiver.close()


def body(**more: Any) -> dict[str, Any]:
    """A request for a receiver."""
    return {"name": "Search team", "channel": "slack", "target": SLACK, **more}


async def test_a_receiver_is_added_read_changed_and_removed(client: httpx.AsyncClient, services: Services) -> None:
    quiet = {"timezone": "Europe/Berlin", "start": "22:00", "end": "07:00", "days": ["mon"]}
    created = await client.post(PATH, json=body(events=["alert.*"], platforms=["meta-ads"], quietHours=quiet))
    assert created.status_code == 201
    receiver = created.json()
    assert receiver.pop("signingKey") is None
    assert (receiver["host"], receiver["source"], receiver["active"]) == ("hooks.slack.com", "store", True)
    assert (await client.get(created.headers["location"])).json() == receiver
    listed = (await client.get(PATH)).json()
    assert [(one["source"], one["host"]) for one in listed["items"]] == [
        ("settings", "discord.com"), ("store", "hooks.slack.com"),
    ]  # fmt: skip
    path = f"{PATH}/{receiver['id']}"
    changed = (await client.patch(path, json={"minSeverity": "critical", "quietHours": None, "active": False})).json()
    assert changed == receiver | {"minSeverity": "critical", "quietHours": None, "active": False}
    (kept,) = services.receivers.of_store()
    assert (kept.min_severity, kept.platforms, kept.event_filter) == ("critical", ("meta-ads",), "alert.*")
    assert services.secret_box.decrypt(kept.target_encrypted or "") == SLACK
    assert (await client.get(PATH, params={"active": False})).json()["items"] == [changed]
    assert (await client.delete(path)).status_code == 204
    assert (await client.get(path)).status_code == 404
    assert not services.receivers.of_store()


async def test_a_webhooks_key_is_shown_once(client: httpx.AsyncClient) -> None:
    request = {"name": "Program", "channel": "webhook", "target": "https://example.com/hook", "events": ["*"]}
    created = (await client.post(PATH, json=request)).json()
    assert created["signingKey"].startswith("whsec_")
    for answer in (await client.get(PATH), await client.get(f"{PATH}/{created['id']}")):
        assert created["signingKey"] not in answer.text
        assert "signingKey" not in answer.text


WRONG: list[tuple[dict[str, Any], int, str]] = [
    (body(target="https://evil.example/services/T/B/" + SECRET), 422, "hooks.slack.com"),
    (body(target=None), 422, "target_ref"),
    (body(target=None, targetRef="ADOPS_SECRET_KEYS"), 422, "reserved"),
    (body(targetRef="TEAM_SLACK"), 422, "only one"),
    (body(events=["alert firing"]), 422, "pattern"),
    (body(quietHours={"timezone": "Mars", "start": "22:00", "end": "07:00"}), 422, "time zone"),
    (body(projectId="nope"), 404, "project"),
    (body(minSeverty="info"), 422, "did you mean minSeverity?"),
    (body(channel="slak"), 422, "channel"),
    ({"channel": "slack", "target": SLACK}, 422, "name"),
]


@pytest.mark.parametrize(("request_body", "status", "said"), WRONG)
async def test_a_wrong_receiver_is_refused_without_its_address(
    client: httpx.AsyncClient, services: Services, request_body: dict[str, Any], status: int, said: str
) -> None:
    response = await client.post(PATH, json=request_body)
    assert response.status_code == status
    assert said in response.json()["detail"]
    assert not services.receivers.of_store()


async def test_without_a_key_no_address_is_stored(published: Path, tmp_path: Path) -> None:
    services = services_over(copy_into(published, tmp_path))
    async with client_of(services) as client:
        response = await client.post(PATH, json=body())
    assert (response.status_code, response.json()["code"]) == (409, "refused")
    assert "ADOPS_SECRET_KEYS" in response.json()["detail"]
    services.store.close()


async def test_receivers_of_the_settings_are_changed_there(client: httpx.AsyncClient) -> None:
    for response in (
        await client.patch(f"{PATH}/settings-discord", json={"name": "x"}),
        await client.delete(f"{PATH}/settings-discord"),
    ):
        assert (response.status_code, response.json()["code"]) == (409, "refused")
    for method, path in (("PATCH", "nope"), ("DELETE", "nope"), ("POST", "nope/test")):
        assert (await client.request(method, f"{PATH}/{path}", json={})).status_code == 404


async def test_a_test_message_is_really_sent_and_the_answer_is_told(client: httpx.AsyncClient, slack: Receiver) -> None:
    receiver = (await client.post(PATH, json=body(target=slack.slack_url))).json()
    sent = (await client.post(f"{PATH}/{receiver['id']}/test")).json()
    assert (sent["sent"], sent["name"]) == (True, "Search team")
    assert len(slack.arrived) == 1
    slack.plan(Reply(404, body="no_service"))
    refused = (await client.post(f"{PATH}/{receiver['id']}/test")).json()
    assert not refused["sent"]
    assert "no_service" in refused["detail"]
    await client.patch(f"{PATH}/{receiver['id']}", json={"active": False})
    assert (await client.post(f"{PATH}/{receiver['id']}/test")).status_code == 409
    assert len(slack.arrived) == 1


async def test_pages_of_deliveries_are_the_outbox_newest_first(client: httpx.AsyncClient, services: Services) -> None:
    now = services.clock()
    with services.store.writing() as con:
        for n in range(8):
            deliveries.enqueue(
                con, key=f"m{n}", config_id=f"c{n % 2}", channel=("slack", "email")[n % 2],
                message={"title": f"message {n}"}, at=now + timedelta(seconds=n // 3),
            )  # fmt: skip
        for claimed in deliveries.claim(con, now + timedelta(hours=1), 60, 3):
            deliveries.failed_for_good(con, claimed, "no_service")
        stored = deliveries.latest(con, 100)
    conditions = {
        "": stored,
        "status=failed": [row for row in stored if row.status == "failed"],
        "status=pending&receiverId=c1": [r for r in stored if r.status == "pending" and r.config_id == "c1"],
        "channel=email": [row for row in stored if row.channel == "email"],
        "since=2026-11-20T12:00:01Z": [row for row in stored if row.created_at > now],
    }
    for asked, expected in conditions.items():
        seen: list[dict[str, Any]] = []
        cursor = ""
        while True:
            page = (await client.get(f"{PATH}/deliveries?limit=2&{asked}{cursor}")).json()
            seen += page["items"]
            if page["nextCursor"] is None:
                break
            cursor = f"&cursor={page['nextCursor']}"
        assert [(row["id"], row["status"], row["title"], row["lastError"]) for row in seen] == [
            (row.id, row.status.value, row.message["title"], row.last_error) for row in expected
        ]


async def test_a_webhooks_key_is_replaced_and_shown_once(client: httpx.AsyncClient) -> None:
    request = {"name": "Program", "channel": "webhook", "target": "https://example.com/hook"}
    created = (await client.post(PATH, json=request)).json()
    assert created["events"] == ["workflow.completed", "workflow.failed", "workflow.cancelled", "alert.*"]
    rotated = (await client.post(f"{PATH}/{created['id']}/rotate", json={"overlapHours": 1})).json()
    assert rotated["signingKey"].startswith("whsec_")
    assert rotated["signingKey"] != created["signingKey"]
    assert rotated["signingKey"] not in (await client.get(f"{PATH}/{created['id']}")).text
    other = (await client.post(PATH, json=body())).json()
    refused = await client.post(f"{PATH}/{other['id']}/rotate", json={})
    assert (refused.status_code, "only what is sent to a webhook is signed" in refused.text) == (422, True)
    assert (await client.post(f"{PATH}/nobody/rotate", json={})).status_code == 404
