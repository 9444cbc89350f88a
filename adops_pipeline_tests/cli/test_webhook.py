"""Promises of `adops webhook` as a person meets them; deliveries go to the real application over a socket."""

import json
from pathlib import Path

import pytest

from adops_pipeline.operations.secrets import new_key
from adops_pipeline_tests.api.webhooks.sockets import api_over
from adops_pipeline_tests.cli.commands import Command, services_of

CREATE = ("webhook", "create", "Shop", "--workflow", "pacing-check")
PLANTED = "planted-secret-of-the-sender"


@pytest.fixture
def with_key(adops: Command, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command with a key for stored secrets."""
    monkeypatch.setenv("ADOPS_SECRET_KEYS", new_key())
    return adops


def test_a_webhook_is_created_tested_listed_and_replayed(with_key: Command, data_dir: Path) -> None:
    said = with_key(*CREATE, "--map", "lookbackDays=$.days", "--map", "minSeverity=warning")
    key = said.out.strip()
    assert key.startswith("whsec_")
    assert "/api/webhooks/" in said.err
    assert key not in said.err
    payload = data_dir / "payload.json"
    payload.write_text('{"days": 3}')
    assert with_key("webhook", "test", "Shop", "--dry-run", "--payload", str(payload)).document["lookbackDays"] == 3
    services = services_of(data_dir)
    with api_over(services) as api:
        assert "HTTP 202" in with_key("webhook", "test", "Shop", "--payload", str(payload), "--api", api).out
        assert "HTTP 202" in with_key("webhook", "test", "Shop", "--api", api).out, "the newest payload again"
        payload.write_text('{"days": "soon"}')
        assert "HTTP 422" in with_key("webhook", "test", "Shop", "--payload", str(payload), "--api", api, code=1).out
    listed = with_key("webhook", "deliveries", "Shop", "--json").document
    assert [one["status"] for one in listed] == ["unmapped", "triggered", "triggered"]
    assert "Requested execution" in with_key("webhook", "replay", "Shop", listed[-1]["id"][:8]).out
    assert "lookbackDays" in with_key("webhook", "replay", "Shop", listed[0]["id"], code=1).err
    assert [one.parameters["lookbackDays"] for one in services.executions.pending(9)] == [3, 3, 3]
    everything = "".join(
        with_key("webhook", *words).words for words in (("list",), ("show", "Shop"), ("deliveries", "Shop"))
    )  # fmt: skip
    assert key not in everything


def test_a_webhook_is_changed_and_keeps_its_key_and_endpoint(adops: Command, data_dir: Path) -> None:
    key = adops(*CREATE, "--verify", "api-key", "--map", "lookbackDays=$.days").out
    before = adops("webhook", "show", "Shop", "--json").document
    changed = adops("webhook", "change", "Shop", "--name", "Store", "--map", "lookbackDays=14", "--json").document
    assert changed == before | {"name": "Store", "params_mapping": {"lookbackDays": {"value": 14}}}
    assert "Changed webhook Store" in adops("webhook", "change", "Store", "--workflow", "quick-pacing-check").out
    after = adops("webhook", "show", "Store", "--json").document
    assert (after["template"], after["params_mapping"]) == ("quick-pacing-check", changed["params_mapping"])
    with api_over(services_of(data_dir)) as api:
        assert "HTTP 202" in adops("webhook", "test", "Store", "--secret", "-", "--api", api, stdin=key).out


def test_a_key_of_the_sender_alone_is_piped_in(adops: Command, data_dir: Path) -> None:
    key = adops(*CREATE, "--verify", "api-key").out
    assert "--secret -" in adops("webhook", "test", "Shop", code=2).err
    with api_over(services_of(data_dir)) as api:
        assert "HTTP 202" in adops("webhook", "test", "Shop", "--secret", "-", "--api", api, stdin=key).out
        assert "HTTP 401" in adops("webhook", "test", "Shop", "--secret", "-", "--api", api, stdin="no", code=1).out
    refused = adops("webhook", "test", "Shop", "--secret", "-", "--api", "http://127.0.0.1:1", stdin=key, code=1)
    assert "adops serve" in refused.err


def test_a_key_is_rotated_and_a_webhook_paused_resumed_and_deleted(with_key: Command) -> None:
    first = with_key(*CREATE, "--json").document["secret"]
    rotated = with_key("webhook", "rotate", "Shop", "--overlap-hours", "2")
    assert rotated.out.strip() != first
    assert "accepted until" in rotated.err
    assert "is paused" in with_key("webhook", "pause", "Shop").out
    assert with_key("webhook", "show", "Shop", "--json").document["active"] is False
    assert "paused" in with_key("webhook", "list").out
    assert "accepts deliveries" in with_key("webhook", "resume", "Shop").out
    assert "Deleted Shop" in with_key("webhook", "delete", "Shop").out
    assert with_key("webhook", "list", "--json").document == []


def test_a_secret_of_the_sender_is_piped_in_or_stays_in_a_variable(with_key: Command, data_dir: Path) -> None:
    given = with_key(*CREATE, "--verify", "stripe", "--secret", "-", stdin=PLANTED)
    assert given.out == ""
    with_key("webhook", "create", "Other", "--workflow", "pacing-check", "--verify", "github", "--secret-ref", "OTHER")
    assert "OTHER" in with_key("webhook", "show", "Other").out
    said = with_key("webhook", "create", "Bad", "--workflow", "pacing-check", "--secret", PLANTED, code=2)
    assert "must not be an argument" in said.err
    for file in data_dir.glob("operations.db*"):
        assert PLANTED.encode() not in file.read_bytes()


def test_what_is_wrong_is_named(adops: Command, tmp_path: Path) -> None:
    assert "ADOPS_SECRET_KEYS" in adops(*CREATE, code=2).err
    assert "did you mean pacing-check?" in adops("webhook", "create", "Shop", "--workflow", "pacing-chek", code=2).err
    assert "did you mean lookbackDays?" in adops(*CREATE, "--map", "lookbakDays=$.days", code=2).err
    assert "is not NAME=PATH" in adops(*CREATE, "--map", "lookbackDays", code=2).err
    (tmp_path / "mapping.json").write_text(json.dumps({"lookbackDays": {"path": "$.days", "type": "number"}}))
    assert "type must be one of" in adops(*CREATE, "--mapping", str(tmp_path / "mapping.json"), code=2).err
    assert "there is no webhook" in adops("webhook", "show", "nothing", code=2).err
    adops(*CREATE, "--verify", "api-key", "--map", "lookbackDays=$.days")
    assert "received no payload yet" in adops("webhook", "test", "Shop", "--dry-run", code=1).err
    piped = adops("webhook", "test", "Shop", "--dry-run", "--payload", "-", stdin="{}", code=3)
    assert "the payload has nothing at $.days" in piped.out
