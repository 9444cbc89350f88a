"""Names in messages: text in every channel, never a link, a mention, a header or a control character."""

import json
import re
from dataclasses import replace
from email.message import EmailMessage
from html.parser import HTMLParser

import pytest

from adops_pipeline.domain.messages import Message, MessageField, MessageItem
from adops_pipeline.domain.severity import Severity
from adops_pipeline.notifications import discord, slack
from adops_pipeline.notifications.email import to_mail
from adops_pipeline.notifications.outgoing import to_body
from adops_pipeline.notifications.targets import EmailTarget
from adops_pipeline_tests.hostile_names import HOSTILE, addresses, mentions, obeyed
from adops_pipeline_tests.notifications.payload_rules import discord_flaws, slack_flaws
from adops_pipeline_tests.notifications.samples import AT

OWN = "https://ads.example.com/campaigns/1"
TARGET = EmailTarget("mail.example", sender="adops@example.com", recipients=("ana@example.com",))


def message_about(name: str) -> Message:
    """A message with the name wherever a name may stand."""
    return Message(
        title=name, severity=Severity.WARNING, summary=f"{name}: 31 % over pace\n{name}", key="k", at=AT,
        fields=(MessageField("Campaign", name), MessageField(name, "1")),
        items=(MessageItem(name), MessageItem(name, OWN)), footer=name, link=OWN,
        event="alert.new", data={"name": name},
    )  # fmt: skip


@pytest.fixture(name="message", params=HOSTILE)
def _message(request: pytest.FixtureRequest) -> Message:
    return message_about(HOSTILE[request.param])


def texts_in(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for inner in value.values() for text in texts_in(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in texts_in(inner)]
    return [value] if isinstance(value, str) else []


def test_slack_shows_text(message: Message) -> None:
    payload = slack.to_payload(message)
    assert slack_flaws(payload) == []
    (attachment,) = json.loads(json.dumps(payload))["attachments"]
    texts = texts_in(attachment)
    assert [text for text in texts if obeyed(text)] == []
    # All that stands in angle brackets are the two links of the message itself.
    opened = {found for text in texts for found in re.findall(r"<([^|>]*)[|>]?", text)}
    assert {one for one in opened if not one.startswith("\u2060")} <= {OWN}
    header = attachment["blocks"][0]["text"]
    assert (header["type"], header["emoji"]) == ("plain_text", False)
    for shown in (header["text"], attachment["fallback"]):
        assert addresses(shown) == mentions(shown) == []
    marked = [text for block in attachment["blocks"][1:] for text in mrkdwn_of(block)]
    assert marked
    assert all(text["verbatim"] for text in marked), "verbatim: Slack looks for no links and names"


def mrkdwn_of(block: dict[str, object]) -> list[dict[str, object]]:
    found = [block.get("text"), *_list(block.get("fields")), *_list(block.get("elements"))]
    return [one for one in found if isinstance(one, dict)]


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def test_discord_shows_text(message: Message) -> None:
    payload = discord.to_payload(message)
    assert discord_flaws(payload) == []
    assert payload["allowed_mentions"] == {"parse": []}
    texts = [text.replace(f"]({OWN})", "]") for text in texts_in(payload) if text not in (OWN, AT.isoformat())]
    assert [text for text in texts if obeyed(text) or addresses(text) or mentions(text)] == []
    # What has a meaning in Markdown is escaped, except the brackets round the label of the message's own link.
    labels = [re.sub(r"(?m)^• \[(.*)\]$", r"• \1", text) for text in texts if text != payload_footer(payload)]
    assert [text for text in labels if re.search(r"(?<!\\)(?:\\\\)*[*_~`|\[\]<>]", text)] == []


def payload_footer(payload: dict[str, object]) -> object:
    embeds = payload["embeds"]
    assert isinstance(embeds, list)
    return embeds[0]["footer"]["text"]


class Links(HTMLParser):
    """The elements, addresses and texts of a document."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.links: list[str | None] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.links += [value for name, value in attrs if name in ("href", "src") or name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_mail_shows_text(message: Message) -> None:
    mail = to_mail(message, TARGET)
    assert set(mail.keys()) == {
        "Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type",
    }  # fmt: skip
    subject = str(mail["Subject"])
    assert "\n" not in subject
    assert obeyed(subject) == addresses(subject) == mentions(subject) == []
    bytes(mail)
    plain, html = parts_of(mail)
    own = plain.replace(f"  {OWN}\n", "").replace(f"\n{OWN}\n", "\n")
    assert obeyed(own) == addresses(own) == mentions(own) == []
    page = Links()
    page.feed(html)
    assert page.elements <= {"html", "body", "div", "h2", "p", "br", "table", "tr", "td", "ul", "li", "a"}
    assert page.links == [OWN, OWN]
    assert obeyed(page.text) == addresses(page.text) == mentions(page.text) == []


def parts_of(mail: EmailMessage) -> tuple[str, str]:
    plain, html = mail.iter_parts()
    assert isinstance(plain, EmailMessage)
    assert isinstance(html, EmailMessage)
    return plain.get_content(), html.get_content()


@pytest.mark.parametrize("what", sorted(set(HOSTILE) - {"surrogates"}))
def test_a_program_gets_the_name_as_it_is(what: str) -> None:
    assert json.loads(to_body(message_about(HOSTILE[what])))["data"] == {"name": HOSTILE[what]}


def test_names_that_only_look_odd_are_shown_as_they_are() -> None:
    message = replace(message_about("Brand DE_2 秋 👩‍👩‍👧 שלום (1.5 %)"))
    attachments = slack.to_payload(message)["attachments"]
    assert isinstance(attachments, list)
    assert attachments[0]["blocks"][0]["text"]["text"] == f"⚠️ {message.title}"
    assert str(to_mail(message, TARGET)["Subject"]) == f"[Warning] {message.title}"
