"""Promises of a message: what is stored comes back, and nothing is in it that a channel cannot carry."""

import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given

from adops_pipeline.domain.documents import to_document
from adops_pipeline.domain.messages import Message, MessageItem, clean, is_link, stored_message
from adops_pipeline.domain.severity import Severity
from adops_pipeline_tests.notifications.samples import AT, MESSAGES, overspend
from adops_pipeline_tests.profiles import examples


@examples(50)
@given(MESSAGES)
def test_a_stored_message_comes_back_as_it_was(message: Message) -> None:
    text = json.dumps(to_document(message), ensure_ascii=False)
    assert stored_message(json.loads(text.encode())) == message


def test_control_characters_broken_code_points_and_direction_overrides_are_gone() -> None:
    assert clean("a\x00b\x1b[31m\ud800 \u202ec\r\nd\te") == "a\ufffdb\ufffd[31m\ufffd c\nd\te"


def test_a_title_is_one_line() -> None:
    assert overspend(title=" a\r\nBcc: x\tb ").title == "a Bcc: x b"


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "https://",
        "https://a b",
        "https://u:p@a.b/",
        "https://a.b/|x>",
        "https://ä.de",
        "http://a:x/",
        "",
    ],
)
def test_what_is_no_link_is_refused(link: str) -> None:
    assert not is_link(link)
    with pytest.raises(ValueError, match="link"):
        MessageItem("x", link)
    with pytest.raises(ValueError, match="link"):
        replace(overspend(), link=link)


def test_a_message_needs_a_key_and_a_moment_with_a_zone() -> None:
    with pytest.raises(ValueError, match="key"):
        overspend(key=" ")
    with pytest.raises(ValueError, match="time zone"):
        Message("t", Severity.INFO, "", "k", AT.replace(tzinfo=None))


def test_the_status_line_says_in_words_what_colour_says() -> None:
    tokyo = datetime(2026, 11, 24, 15, 30, tzinfo=timezone(timedelta(hours=9)))
    message = Message("t", Severity.CRITICAL, "", "k", tokyo, footer="meta-ads", is_resolved=True)
    assert message.status_line == "Resolved · 2026-11-24 06:30 UTC · meta-ads"
