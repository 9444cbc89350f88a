"""Webhooks are managed: keys are shown once, wrong fields are named, nothing secret is kept in the clear."""

import logging
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute

from adops_pipeline.api.routes import webhooks
from adops_pipeline.domain.webhooks.vocabulary import SCHEMES
from adops_pipeline_tests.api.webhooks.conftest import MAPPING, Desk, MakeDesk
from adops_pipeline_tests.api.webhooks.senders import Sender

PLANTED = "planted-secret-of-the-sender"
NEW = {"name": "Shop", "workflowId": "pacing-check", "verification": "github"}


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_a_key_is_shown_once_and_kept_nowhere_in_the_clear(
    desk: Desk, scheme: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    webhook_id, sender = await desk.create(scheme)
    rotated = await desk.client.post(f"/api/webhooks/{webhook_id}/rotate", json={})
    assert rotated.headers["cache-control"] == "no-store"
    secrets = [sender.secret, rotated.json()["secret"]]
    await desk.deliver(webhook_id, sender, b"{}")
    pages = ["/api/webhooks", f"/api/webhooks/{webhook_id}", f"/api/webhooks/{webhook_id}/deliveries", "/api/activity",
             "/api/events"]  # fmt: skip
    shown = "".join([(await desk.client.get(page)).text for page in pages])
    stored = _stored(desk.services.settings.data_dir)
    for secret in secrets:
        assert secret not in shown
        assert secret.encode() not in stored
        assert secret not in caplog.text


def _stored(data_dir: Path) -> bytes:
    return b"".join(file.read_bytes() for file in data_dir.glob("operations.db*"))


async def test_a_new_webhook_is_found_at_its_location_and_endpoint(desk: Desk) -> None:
    response = await desk.client.post("/api/webhooks", json=NEW | {"verification": "api-key"})
    made = response.json()
    assert made["endpoint"] == f"http://127.0.0.1/api/webhooks/{made['id']}"
    delivered = await desk.client.post(made["endpoint"], headers={"x-api-key": made["secret"]}, content=b"{}")
    assert delivered.status_code == 202
    shown = (await desk.client.get(response.headers["location"])).json()
    assert (shown["id"], "secret" in shown, shown["active"]) == (made["id"], False, True)
    assert [one["id"] for one in (await desk.client.get("/api/webhooks")).json()] == [made["id"]]


async def test_a_secret_that_the_sender_has_is_used_and_not_shown(desk: Desk) -> None:
    made = (await desk.client.post("/api/webhooks", json=NEW | {"secret": PLANTED})).json()
    assert made["secret"] is None
    assert (await desk.deliver(made["id"], Sender("github", PLANTED), b"{}")).status_code == 202


async def test_a_secret_can_come_from_a_variable(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    made = (await desk.client.post("/api/webhooks", json=NEW | {"secretRef": "SHOP_SECRET"})).json()
    assert (made["secret"], made["secretRef"]) == (None, "SHOP_SECRET")
    sender = Sender("github", PLANTED)
    assert (await desk.deliver(made["id"], sender, b"{}")).status_code == 401
    assert "SHOP_SECRET is not set" in (await desk.log(made["id"]))[0]["reason"]
    monkeypatch.setenv("SHOP_SECRET", PLANTED)
    assert (await desk.deliver(made["id"], sender, b"{}")).status_code == 202


@pytest.mark.parametrize(("scheme", "status"), [("standard", 422), ("github", 422), ("stripe", 422), ("api-key", 201),
                                                ("standard-ed25519", 201)])  # fmt: skip
async def test_without_an_encryption_key_a_scheme_that_needs_its_secret_is_refused_with_what_to_do(
    make_desk: MakeDesk, scheme: str, status: int
) -> None:
    desk = await make_desk(secret_keys="")
    response = await desk.client.post("/api/webhooks", json=NEW | {"verification": scheme})
    assert response.status_code == status
    if status == 422:
        assert "adops notify new-key" in response.json()["detail"]
        assert "ADOPS_SECRET_KEYS" in response.json()["detail"]
        by_reference = await desk.client.post(
            "/api/webhooks", json=NEW | {"verification": scheme, "secretRef": "SHOP_SECRET"}
        )  # fmt: skip
        assert by_reference.status_code == 201


WRONG_FIELDS: list[tuple[dict[str, Any], str]] = [
    ({"workflowId": "pacing-chek"}, "did you mean pacing-check?"),
    ({"template": "quick-pacing-check"}, "either workflowId or template"),
    ({"name": " "}, "name"),
    ({"name": "a\x00b"}, "name"),
    ({"verification": "githab"}, "verification"),
    ({"paramsMaping": {}}, "did you mean paramsMapping?"),
    ({"paramsMapping": {"lookbackDay": "$.days"}}, "did you mean lookbackDays?"),
    ({"paramsMapping": {"lookbackDays": {"value": "soon"}}}, "lookbackDays: must be a whole number"),
    ({"secret": "short"}, "16 to 500 characters"),
    ({"secret": PLANTED, "secretRef": "SHOP_SECRET"}, "give only one of them"),
    ({"secretRef": PLANTED}, "must be the name of a setting or environment variable"),
    ({"secretRef": "ADOPS_API_TOKEN"}, "reserved for settings"),
    ({"verification": "api-key", "secret": PLANTED}, "always generated"),
    ({"verification": "standard", "secret": PLANTED}, "a secret is whsec_"),
    ({"verification": "standard", "secret": "whpk_" + "A" * 43}, "standard-ed25519"),
    ({"verification": "standard-ed25519", "secret": PLANTED}, "public key, which begins with whpk_"),
    ({"verification": "standard-ed25519", "secretRef": "SHOP_SECRET"}, "a public key is not secret"),
]


async def test_a_wrong_field_is_named_and_no_secret_is_repeated(desk: Desk) -> None:
    for fields, said in WRONG_FIELDS:
        response = await desk.client.post("/api/webhooks", json=NEW | fields)
        assert response.status_code == 422, fields
        assert said in response.json()["detail"]
        assert PLANTED not in response.text
    assert (await desk.client.get("/api/webhooks")).json() == []


async def test_a_webhook_is_changed_and_deleted_and_keeps_its_key(desk: Desk) -> None:
    webhook_id, sender = await desk.create("github")
    address = f"/api/webhooks/{webhook_id}"
    changed = (await desk.client.patch(address, json={"template": "quick-pacing-check", "paramsMapping": {}})).json()
    assert (changed["name"], changed["template"], changed["workflowId"]) == (
        "Shop",
        "quick-pacing-check",
        "pacing-check",
    )
    assert (await desk.deliver(webhook_id, sender, b"{}")).status_code == 202
    assert desk.pending()[0]["platforms"] == ["google-ads", "meta-ads", "pinterest"]
    wrong = await desk.client.patch(address, json={"workflowId": "sync-platforms", "paramsMapping": MAPPING})
    assert wrong.status_code == 422
    assert (await desk.client.delete(address)).status_code == 204
    assert (await desk.client.get(address)).status_code == 404
    assert (await desk.deliver(webhook_id, sender, b"{}", "msg_2")).status_code == 401


UNKNOWN = ("GET ", "PATCH ", "DELETE ", "POST /rotate", "POST /pause", "POST /resume", "POST /dry-run",
           "GET /deliveries", "POST /deliveries/d1/replay")  # fmt: skip


async def test_an_unknown_webhook_is_not_found(desk: Desk) -> None:
    for method, path in (one.split(" ") for one in UNKNOWN):
        body: dict[str, Any] | None = {} if method in ("POST", "PATCH") and not path.endswith("replay") else None
        response = await desk.client.request(method, f"/api/webhooks/nothing{path}", json=body)
        assert (response.status_code, response.json()["code"]) == (404, "not-found"), path


async def test_a_mapping_is_tried_on_a_payload_and_on_the_newest_real_one(desk: Desk) -> None:
    webhook_id, sender = await desk.create("api-key")
    address = f"/api/webhooks/{webhook_id}/dry-run"
    early = await desk.client.post(address, json={})
    assert (early.status_code, early.json()["code"]) == (409, "refused")
    given = (await desk.client.post(address, json={"payload": {"days": 3}})).json()
    assert (given["parameters"]["lookbackDays"], given["problems"]) == (3, [])
    await desk.deliver(webhook_id, sender, b'{"days": "5"}')
    assert (await desk.client.post(address, json={})).json()["parameters"]["lookbackDays"] == 5
    other = (await desk.client.post(address, json={"paramsMapping": {"asOf": "$.day", "lokback": "$.days"}})).json()
    assert other["parameters"] is None
    assert "did you mean lookbackDays?" in other["problems"][0]
    assert len(desk.pending()) == 1


async def test_only_a_delivery_with_a_payload_of_this_webhook_is_replayed(desk: Desk) -> None:
    webhook_id, sender = await desk.create("api-key")
    other_id, _ = await desk.create("api-key")
    await desk.deliver(webhook_id, sender, b"[]")
    await desk.deliver(webhook_id, sender, b'{"days": 3}')
    good, bad = await desk.log(webhook_id)
    refused = await desk.client.post(f"/api/webhooks/{webhook_id}/deliveries/{bad['id']}/replay")
    assert (refused.status_code, refused.json()["code"]) == (409, "refused")
    foreign = await desk.client.post(f"/api/webhooks/{other_id}/deliveries/{good['id']}/replay")
    assert foreign.status_code == 404
    for _ in range(2):
        assert (await desk.client.post(f"/api/webhooks/{webhook_id}/deliveries/{good['id']}/replay")).status_code == 202
    assert [one["lookbackDays"] for one in desk.pending()] == [3, 3, 3]


async def test_deliveries_are_listed_page_by_page_and_by_status(desk: Desk) -> None:
    webhook_id, sender = await desk.create("api-key")
    for number in range(5):
        await desk.deliver(webhook_id, sender, b"{}" if number else b"[]", f"m{number}")
    address = f"/api/webhooks/{webhook_id}/deliveries"
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await desk.client.get(address, params={"limit": 2, "status": "triggered", **cursor})).json()
        seen += [one["callId"] for one in page["items"]]
        if page["nextCursor"] is None:
            break
        cursor = {"cursor": page["nextCursor"]}
    assert sorted(seen) == ["m1", "m2", "m3", "m4"]


async def test_deliveries_need_no_token_and_management_does(make_desk: MakeDesk) -> None:
    desk = await make_desk(api_token="the-token-of-the-api")
    refused = await desk.client.post("/api/webhooks", json=NEW)
    assert refused.status_code == 401
    desk.client.headers["authorization"] = "Bearer the-token-of-the-api"
    webhook_id, sender = await desk.create("github")
    del desk.client.headers["authorization"]
    assert (await desk.deliver(webhook_id, sender, b"{}")).status_code == 202
    for path in ("", "/deliveries"):
        assert (await desk.client.get(f"/api/webhooks/{webhook_id}{path}")).status_code == 401
    for path in ("/rotate", "/pause", "/dry-run"):
        assert (await desk.client.post(f"/api/webhooks/{webhook_id}{path}", json={})).status_code == 401


def test_creating_changing_deleting_and_rotating_need_an_admin() -> None:
    routes = [route for route in webhooks.router.routes if isinstance(route, APIRoute)]
    needing = {route.operation_id for route in routes if (route.openapi_extra or {}).get("x-role") == "admin"}
    assert needing == {"create_webhook", "change_webhook", "delete_webhook", "rotate_webhook_key"}
