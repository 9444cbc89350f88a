"""Promises of Discord messages: valid whatever they say, coloured, pinging nobody."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from adops_pipeline.domain.messages import Message, MessageField, MessageItem
from adops_pipeline.domain.severity import Severity
from adops_pipeline.notifications.discord import to_payload
from adops_pipeline_tests.notifications.payload_rules import discord_flaws
from adops_pipeline_tests.notifications.samples import AT, MESSAGES, TIMES, grown, overspend
from adops_pipeline_tests.profiles import examples


def embed_of(message: Message) -> dict[str, Any]:
    payload: Any = json.loads(json.dumps(to_payload(message)))
    embed = payload["embeds"][0]
    assert isinstance(embed, dict)
    return embed


@examples(60)
@given(MESSAGES, TIMES)
def test_any_message_is_within_every_limit(small: Message, times: int) -> None:
    message = grown(small, times)
    assert discord_flaws(json.loads(json.dumps(to_payload(message)))) == []


def test_a_message_shows_title_summary_list_link_figures_and_status() -> None:
    embed = embed_of(overspend())
    assert embed["title"] == "Brand DE is 31 % over pace"
    assert embed["color"] == 0xDC2626
    assert embed["description"].split("\n") == [
        "Projected 13,100.00 EUR of 10,000.00 EUR. See https:\u200b//ads.example.com/pacing?campaign=1&day=2.",
        "• [DE\\_Brand\\_2](https://ads.example.com/campaigns/1)",
        "• FR \\<Brand\\> & more",
        "http://localhost:8000/alerts",
    ]
    assert embed["fields"][0] == {"name": "Pacing", "value": "131 %", "inline": True}
    assert embed["footer"]["text"] == "Critical · 2026-11-24 06:30 UTC · google-ads"


def test_a_link_that_discord_takes_is_the_titles_and_any_other_stands_in_the_text() -> None:
    public = embed_of(replace(overspend(), link="https://ads.example.com/alerts"))
    assert public["url"] == "https://ads.example.com/alerts"
    assert "https://ads.example.com/alerts" not in public["description"]
    for local in ("http://localhost:8000/alerts", "http://adops:8000/alerts", "http://10.0.0.7/alerts"):
        embed = embed_of(replace(overspend(), link=local))
        assert "url" not in embed
        assert embed["description"].endswith(f"\n{local}")


def test_nobody_is_pinged() -> None:
    payload: Any = to_payload(replace(overspend(title="@everyone"), summary="@here <@123> <@&45>"))
    assert payload["allowed_mentions"] == {"parse": []}
    assert "@everyone" not in payload["embeds"][0]["title"]
    assert "@here" not in payload["embeds"][0]["description"]
    assert "\\<\\@" in payload["embeds"][0]["description"]


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("*b* ||s||", "\\*b\\* \\|\\|s\\|\\|"),
        ("  # h - i", "\\# h - i"),
        ("[l](x)", "\\[l\\]\\(x\\)"),
        ("a\\*", "a\\\\\\*"),
    ],
)
def test_nothing_in_a_text_is_markup(said: str, shown: str) -> None:
    assert embed_of(replace(overspend(), summary=said))["description"].split("\n")[0] == shown


def test_a_parenthesis_in_an_address_does_not_end_the_link() -> None:
    items = (MessageItem("https://x.example.com (x)", "https://ads.example.com/a_(b)"),)
    line = embed_of(replace(overspend(), summary="", items=items))["description"].split("\n")[0]
    assert line == "• [https:\u200b//x.example.com \\(x\\)](https://ads.example.com/a_%28b%29)"


def test_what_is_left_out_is_counted() -> None:
    items = tuple(MessageItem(f"Campaign {n} is over pace") for n in range(1000))
    fields = tuple(MessageField(f"f{n}", "1") for n in range(30))
    embed = embed_of(Message("t", Severity.INFO, "", "k", AT, fields=fields, items=items))
    lines = embed["description"].split("\n")
    assert len(lines) > 50
    assert lines[-1] == f"… {1000 - (len(lines) - 1)} more"
    assert len(embed["fields"]) == 25
    assert embed["fields"][-1]["name"] == "… 6 more"
