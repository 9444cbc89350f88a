"""Promises of sending, against real servers: typed outcomes, pauses from headers, no redirect, no proxy, no leak."""

import logging
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from adops_pipeline.notifications.delivery import read_answer, send
from adops_pipeline.notifications.outcomes import Outcome, Refused, Retry, Sent
from adops_pipeline.notifications.targets import DiscordTarget, SlackTarget
from adops_pipeline.notifications.webhooks import Answer
from adops_pipeline_tests.notifications.mailboxes import make_certificate
from adops_pipeline_tests.notifications.receivers import SECRET, Receiver, Reply, rate_limited, running_receiver
from adops_pipeline_tests.notifications.samples import overspend

TLS = ssl.create_default_context()
CHANNELS = ["slack", "discord"]


@pytest.fixture(scope="module")
def shared() -> Iterator[Receiver]:
    with running_receiver() as receiver:
        yield receiver


@pytest.fixture
def receiver(shared: Receiver) -> Receiver:
    shared.arrived.clear()
    shared.paths.clear()
    shared.asked = 0
    return shared


def target(receiver: Receiver, channel: str) -> SlackTarget | DiscordTarget:
    if channel == "slack":
        return SlackTarget(SecretStr(receiver.slack_url), allow_loopback=True)
    return DiscordTarget(SecretStr(receiver.discord_url), allow_loopback=True)


def sent(receiver: Receiver, channel: str, timeout: float = 60.0) -> Outcome:
    return send(target(receiver, channel), overspend(), timeout=timeout, tls=TLS)


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_message_arrives_once(receiver: Receiver, channel: str) -> None:
    assert isinstance(sent(receiver, channel), Sent)
    assert len(receiver.arrived) == receiver.asked == 1
    assert "Brand DE is 31 % over pace" in str(receiver.arrived[0])


def test_discord_is_asked_in_the_version_whose_pauses_are_seconds(receiver: Receiver) -> None:
    sent(receiver, "discord")
    assert receiver.paths == [f"/api/v10/webhooks/1234/{SECRET}"]


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_429_waits_as_long_as_the_header_says_and_is_not_tried_again_here(receiver: Receiver, channel: str) -> None:
    receiver.plan(rate_limited("30", '{"retry_after": 64500}'))
    outcome = sent(receiver, channel)
    assert isinstance(outcome, Retry)
    assert outcome.after_seconds == 30
    assert receiver.asked == 1


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "1", "x-ratelimit-reset-after": "1.337"}, 1.337),
        ({"retry-after": "60", "x-ratelimit-reset-after": "0.5"}, 60),
        ({"x-ratelimit-reset-after": "2.5"}, 2.5),
        ({"retry-after": "Tue, 24 Nov 2026 06:01:30 GMT", "date": "Tue, 24 Nov 2026 06:00:00 GMT"}, 90),
        ({"retry-after": "Tue, 24 Nov 2026 05:00:00 GMT", "date": "Tue, 24 Nov 2026 06:00:00 GMT"}, 0),
        ({"retry-after": "Tue, 24 Nov 2026 06:01:30 GMT"}, 60),
        ({}, 60),
        ({"retry-after": "soon"}, 60),
        ({"retry-after": "-5"}, 60),
        ({"retry-after": "nan"}, 60),
        ({"retry-after": "inf"}, 60),
        ({"retry-after": "99999999"}, 86_400),
    ],
)
def test_a_pause_makes_sense_whatever_the_header_says(headers: dict[str, str], seconds: float) -> None:
    outcome = read_answer(Answer(429, headers, '{"retry_after": 5000}'), [])
    assert isinstance(outcome, Retry)
    assert outcome.after_seconds == seconds


def test_a_spent_allowance_is_reported_with_the_message_that_spent_it() -> None:
    spent = read_answer(Answer(204, {"x-ratelimit-remaining": "0", "x-ratelimit-reset-after": "1.5"}, ""), [])
    assert spent == Sent("HTTP 204", pause_seconds=1.5)
    assert read_answer(Answer(204, {"x-ratelimit-remaining": "3", "x-ratelimit-reset-after": "1.5"}, ""), []) == Sent(
        "HTTP 204"
    )


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_server_in_trouble_is_asked_again_later(receiver: Receiver, channel: str, status: int) -> None:
    receiver.plan(Reply(status, body="upstream"))
    outcome = sent(receiver, channel)
    assert outcome == Retry(f"HTTP {status} upstream")
    assert receiver.asked == 1


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize(
    ("status", "body"), [(400, "invalid_blocks"), (404, "no_service"), (410, "channel_is_archived")]
)
def test_a_refusal_is_final_and_says_why(receiver: Receiver, channel: str, status: int, body: str) -> None:
    receiver.plan(Reply(status, body=body))
    assert sent(receiver, channel) == Refused(f"HTTP {status} {body}")


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(receiver: Receiver, channel: str, status: int) -> None:
    receiver.plan(Reply(status, {"Location": f"{receiver.slack_url}/elsewhere"}))
    assert sent(receiver, channel) == Refused(f"HTTP {status}: redirected, which is not followed")
    assert receiver.asked == 1


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_slow_server_is_left_after_the_timeout_and_may_have_the_message(receiver: Receiver, channel: str) -> None:
    receiver.plan(Reply(hangs=True, takes=True))
    outcome = sent(receiver, channel, timeout=1.0)
    assert outcome == Retry(f"{channel}: no answer (timed out); the message may have arrived")


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_dropped_connection_may_have_taken_the_message(receiver: Receiver, channel: str) -> None:
    receiver.plan(Reply(drops=True))
    outcome = sent(receiver, channel)
    assert isinstance(outcome, Retry)
    assert outcome.reason.endswith("; the message may have arrived")


@pytest.mark.parametrize("channel", CHANNELS)
def test_an_answer_that_breaks_off_or_is_garbage_does_not_undo_its_status(receiver: Receiver, channel: str) -> None:
    receiver.plan(
        Reply(200, {"Content-Length": "99", "Connection": "close", "Content-Type": "text/x; charset=bogus"}, "o")
    )
    assert sent(receiver, channel) == Sent("HTTP 200")
    receiver.plan(Reply(200, {"Content-Encoding": "gzip"}, "no gzip"))
    assert sent(receiver, channel) == Sent("HTTP 200")


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_receiver_that_is_down_gets_the_message_when_it_is_up_again(channel: str) -> None:
    with running_receiver() as receiver:
        receiver.go_down()
        assert sent(receiver, channel) == Retry(f"{channel}: no connection (connection refused)")
        receiver.come_up()
        assert isinstance(sent(receiver, channel), Sent)
        assert len(receiver.arrived) == 1


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_server_that_cannot_prove_who_it_is_gets_nothing(channel: str, tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    with running_receiver(certificate.server) as receiver:
        assert sent(receiver, channel) == Retry(f"{channel}: no connection (certificate not trusted)")
        assert receiver.asked == 0
        assert isinstance(send(target(receiver, channel), overspend(), timeout=60, tls=certificate.client), Sent)


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_proxy_in_the_environment_is_not_used(
    receiver: Receiver, channel: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")
    assert isinstance(sent(receiver, channel), Sent)


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize(
    "reply",
    [None, Reply(404, body=f"not {SECRET}"), Reply(500, body=f"/services/T000/B000/{SECRET}"), Reply(drops=True)],
)
def test_the_address_is_in_no_log_outcome_or_error(
    receiver: Receiver,
    channel: str,
    reply: Reply | None,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    for name in ("", "httpx", "httpcore", "httpcore.http11"):
        caplog.set_level(logging.DEBUG, logger=name or None)
    receiver.plan(*([reply] if reply else []))
    outcome = sent(receiver, channel)
    written = capfd.readouterr()
    told = f"{outcome!r} {target(receiver, channel)!r} {caplog.text} {written.out} {written.err}"
    assert SECRET not in told
    assert "httpcore" in caplog.text, "the logs were not on: the check above would prove nothing"
