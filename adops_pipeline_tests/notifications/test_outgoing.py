"""Signed posts to a program's webhook, to a real server: what arrives verifies, every answer has its outcome."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr
from standardwebhooks import Webhook, WebhookVerificationError

from adops_pipeline.domain.messages import Message
from adops_pipeline.domain.severity import Severity
from adops_pipeline.domain.webhooks.standard import new_key_pair, new_secret, verify
from adops_pipeline.notifications.delivery import send
from adops_pipeline.notifications.hosts import TargetError
from adops_pipeline.notifications.outcomes import Gone, Outcome, Retry, Sent
from adops_pipeline.notifications.targets import WebhookTarget
from adops_pipeline_tests.notifications.programs import Program, Reply, running_program
from adops_pipeline_tests.patience import patience_seconds

KEY, OLD_KEY = new_secret(), new_secret()
AT = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
MESSAGE = Message(
    "done", Severity.INFO, "", "stream:e1", AT, event="workflow.completed", data={"executionId": "e1", "name": "Müller"}
)


@pytest.fixture(name="program")
def _program() -> Iterator[Program]:
    with running_program() as program:
        yield program


def target(program: Program, *keys: str) -> WebhookTarget:
    return WebhookTarget(SecretStr(program.url), tuple(SecretStr(key) for key in keys or (KEY,)), allow_loopback=True)


def post(program: Program, *keys: str, timeout: float | None = None) -> Outcome:
    return send(target(program, *keys), MESSAGE, timeout=timeout or patience_seconds())


def test_what_arrives_is_a_standard_webhook_that_verifies(program: Program) -> None:
    assert post(program) == Sent("HTTP 204")
    (arrived,) = program.arrived
    payload = Webhook(KEY).verify(arrived.body, arrived.headers)
    assert payload == {
        "type": "workflow.completed", "timestamp": "2026-11-24T08:30:00Z",
        "data": {"executionId": "e1", "name": "Müller"},
    }  # fmt: skip
    assert (arrived.path, arrived.headers["content-type"]) == ("/events?team=data", "application/json")
    with pytest.raises(WebhookVerificationError):
        Webhook(KEY).verify(arrived.body + b" ", arrived.headers)


def test_during_a_rotation_both_keys_verify(program: Program) -> None:
    post(program, KEY, OLD_KEY)
    (arrived,) = program.arrived
    for key in (KEY, OLD_KEY):
        Webhook(key).verify(arrived.body, arrived.headers)


def test_a_private_key_signs_with_ed25519(program: Program) -> None:
    private, public = new_key_pair()
    send(target(program, private), MESSAGE, at=AT)
    (arrived,) = program.arrived
    sent = arrived.headers
    assert sent["webhook-signature"].startswith("v1a,")
    names = (sent["webhook-id"], sent["webhook-timestamp"], sent["webhook-signature"])
    assert verify([public], *names, arrived.body, AT.timestamp()) is None


def test_the_same_message_has_the_same_id_and_another_one_another(program: Program) -> None:
    for message in (MESSAGE, MESSAGE, replace(MESSAGE, key="stream:e2")):
        send(target(program), message)
    first, again, other = (arrived.id for arrived in program.arrived)
    assert first == again != other


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (Reply(200, body=b"ok"), Sent("HTTP 200")),
        (Reply(299), Sent("HTTP 299")),
        (Reply(410), Gone("HTTP 410: the receiver wants no more messages")),
        (Reply(400, body=b"no"), Retry("HTTP 400 no")),
        (Reply(429, {"Retry-After": "90"}), Retry("HTTP 429", after_seconds=90.0)),
        (Reply(503, {"Retry-After": "999999"}), Retry("HTTP 503", after_seconds=86_400.0)),
        (Reply(503, {"Retry-After": "soon"}), Retry("HTTP 503")),
    ],
)
def test_every_answer_but_success_and_410_is_retried(program: Program, reply: Reply, outcome: Outcome) -> None:
    program.plan(reply)
    assert post(program) == outcome


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_a_failure_and_is_not_followed(program: Program, status: int) -> None:
    with running_program() as other:
        program.plan(Reply(status, {"Location": other.url}))
        assert post(program) == Retry(f"HTTP {status}: redirected, which is not followed")
        assert other.arrived == []


def test_a_receiver_that_does_not_answer_is_given_up_after_the_timeout(program: Program) -> None:
    program.plan(Reply(hangs=True))
    assert post(program, timeout=1.0) == Retry("webhook: no answer (timed out); the message may have arrived")


def test_of_a_long_answer_only_the_beginning_is_read_and_its_address_is_masked(program: Program) -> None:
    program.plan(Reply(500, body=program.url.encode() + b"." * 10_000_000))
    outcome = post(program)
    assert isinstance(outcome, Retry)
    assert outcome.reason.startswith("HTTP 500 ***")
    assert len(outcome.reason) <= 300


def test_an_answer_whose_body_does_not_end_counts_by_its_status(program: Program) -> None:
    program.plan(Reply(200, drips=True))
    assert post(program, timeout=2.0) == Sent("HTTP 200")


def test_a_name_that_resolves_to_a_private_address_is_not_connected(program: Program) -> None:
    outcome = send(
        WebhookTarget(SecretStr("https://internal.example/hook"), (SecretStr(KEY),)),
        MESSAGE,
        resolve=lambda *_: ["169.254.169.254"],
    )
    assert isinstance(outcome, Retry)
    assert outcome.reason.startswith("the webhook's host resolves to a link-local address")
    assert program.arrived == []


def test_a_refused_connection_and_an_unknown_name_are_retried(program: Program) -> None:
    def unknown(*_: object) -> list[str]:
        raise OSError("no such name")

    program.close()
    assert post(program) == Retry("webhook: no connection (connection refused)")
    outcome = send(target(program), MESSAGE, resolve=unknown)
    assert isinstance(outcome, Retry)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://hooks.example/x", "must begin with https://"),
        ("ftp://hooks.example/x", "must be a whole address"),
        ("https:///x", "must be a whole address"),
        ("https://user:planted@hooks.example/x", "must not contain a user name"),
        ("https://hooks.example/x#y", "or a fragment"),
        ("https://localhost/x", "this machine, which is not allowed"),
        ("https://[::1]/x", "this machine, which is not allowed"),
        ("https://hooks.example/ x", "characters that a web address cannot contain"),
        ("https://hooks.example:99999/", "is not a web address"),
    ],
)
def test_only_https_addresses_are_accepted(url: str, said: str) -> None:
    with pytest.raises(TargetError, match=said) as raised:
        WebhookTarget(SecretStr(url), (SecretStr(KEY),))
    assert "planted" not in str(raised.value)


def test_http_is_accepted_by_its_setting_and_a_key_is_always_needed() -> None:
    WebhookTarget(SecretStr("http://hooks.example/x"), (SecretStr(KEY),), allow_http=True)
    for keys in ((), (SecretStr("whsec_c2hvcnQ="),)):
        with pytest.raises(TargetError, match="key"):
            WebhookTarget(SecretStr("https://hooks.example/x"), keys)
