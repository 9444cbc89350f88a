"""Promises of Slack messages: valid whatever they say, coloured, and nothing in a text means anything to Slack."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from adops_pipeline.domain.messages import Message, MessageField, MessageItem
from adops_pipeline.domain.severity import Severity
from adops_pipeline.notifications.slack import TOTAL_BUDGET, to_payload
from adops_pipeline.notifications.truncation import length
from adops_pipeline_tests.notifications.payload_rules import slack_flaws
from adops_pipeline_tests.notifications.samples import AT, MESSAGES, TIMES, grown, overspend
from adops_pipeline_tests.profiles import examples


def blocks_of(message: Message) -> list[dict[str, Any]]:
    payload: Any = json.loads(json.dumps(to_payload(message)))
    blocks = payload["attachments"][0]["blocks"]
    assert isinstance(blocks, list)
    return blocks


def texts_of(message: Message) -> list[str]:
    texts = []
    for block in blocks_of(message):
        parts = [block.get("text"), *block.get("fields", []), *block.get("elements", [])]
        texts += [part["text"] for part in parts if part]
    return texts


@examples(60)
@given(MESSAGES, TIMES)
def test_any_message_is_within_every_limit(small: Message, times: int) -> None:
    message = grown(small, times)
    assert slack_flaws(json.loads(json.dumps(to_payload(message)))) == []
    assert sum(map(length, texts_of(message))) <= TOTAL_BUDGET


def test_a_message_shows_title_summary_figures_list_link_and_status() -> None:
    assert texts_of(overspend()) == [
        "🔴 Brand DE is 31 % over pace",
        "Projected 13,100.00 EUR of 10,000.00 EUR. See https://ads.example.com/pacing?campaign=1&amp;day=2.",
        "*Pacing*\n131 %",
        "*Overspend probability*\n97 %",
        "• <https://ads.example.com/campaigns/1|DE_Brand_2>\n• FR &lt;Brand&gt; &amp; more",
        "<http://localhost:8000/alerts|Open the dashboard>",
        "Critical · 2026-11-24 06:30 UTC · google-ads",
    ]


def test_slack_looks_for_no_names_and_channels_in_a_text() -> None:
    section = blocks_of(overspend())[1]
    assert section["text"]["verbatim"] is True


def test_every_status_has_its_colour() -> None:
    messages = [replace(overspend(), severity=severity) for severity in Severity]
    messages.append(replace(overspend(), is_resolved=True))
    payloads: list[Any] = [to_payload(message) for message in messages]
    colours = [payload["attachments"][0]["color"] for payload in payloads]
    assert colours == ["#2563eb", "#d97706", "#dc2626", "#16a34a"]


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("<!channel> & <@U1>", "&lt;!channel&gt; &amp; &lt;@U1&gt;"),
        ("*bold* _it_", "*\u2060bold* _\u2060it_"),
        ("> quote", "\u2060&gt; quote"),
        ("DE_Brand_2*3", "DE_Brand_2*3"),
    ],
)
def test_nothing_in_a_text_is_markup(said: str, shown: str) -> None:
    assert texts_of(replace(overspend(), summary=said))[1] == shown


def test_a_thousand_alerts_are_one_message_that_counts_what_it_leaves_out() -> None:
    items = tuple(MessageItem(f"Campaign {n} is over pace", f"https://ads.example.com/c/{n}") for n in range(1000))
    message = replace(overspend(), items=items)
    lines = [line for text in texts_of(message) for line in text.split("\n") if line.startswith(("• ", "… "))]
    assert len(lines) > 100
    assert lines[-1] == f"… {1000 - (len(lines) - 1)} more"


def test_an_eleventh_field_is_counted() -> None:
    fields = tuple(MessageField(f"f{n}", "1") for n in range(11))
    section = blocks_of(Message("t", Severity.INFO, "", "k", AT, fields=fields))[1]
    texts = [field["text"] for field in section["fields"]]
    assert len(texts) == 10
    assert texts[8:] == ["*f8*\n1", "… 2 more"]


def test_a_message_with_nothing_to_say_still_has_a_header() -> None:
    assert texts_of(Message("", Severity.INFO, " ", "k", AT))[0].endswith("–")
