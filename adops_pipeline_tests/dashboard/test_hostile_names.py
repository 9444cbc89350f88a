"""Names that strangers choose, on pages, in answers of API, OData and tools, and in the log: text, and no more."""

import asyncio
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest
from pydantic import SecretStr

from adops_pipeline.api.app import create_app
from adops_pipeline.api.broadcast import _frames
from adops_pipeline.api.redaction import RedactingFormatter
from adops_pipeline.domain.untrusted import clean_text
from adops_pipeline.services.live_events import LiveEvent
from adops_pipeline.services.tools.definitions import Caller
from adops_pipeline.wiring import Services
from adops_pipeline_tests.api.conftest import BASE, services_over
from adops_pipeline_tests.dashboard.conftest import browser_of
from adops_pipeline_tests.hostile_names import HOSTILE, STORABLE, obeyed
from adops_pipeline_tests.templates import copy_into

NAMES = {what: name for what, name in STORABLE.items() if name.strip()}
_NAMED = {"campaigns": "name", "rollup_pacing": "campaign_name", "todo": "campaign_name"}


@pytest.fixture(scope="module", name="market")
def _market(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """The published market, whose campaigns have one hostile name after the other."""
    services = services_over(copy_into(published, tmp_path_factory.mktemp("hostile")))
    with duckdb.connect(str(services.snapshot_path)) as con:
        for table, column in _NAMED.items():
            place = f"CAST(hash({'id' if table == 'campaigns' else 'campaign_id'}) % len($names) AS INTEGER) + 1"
            con.execute(f"UPDATE {table} SET {column} = $names[{place}]", {"names": list(NAMES.values())})
    yield services
    services.snapshots.close()
    services.store.close()


@dataclass
class Document(HTMLParser):
    """What a browser would build of a page: its elements, their attributes, its scripts and its text."""

    elements: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    handlers: list[str] = field(default_factory=list)
    text: str = ""

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add("inline script" if tag == "script" and "src" not in dict(attrs) else tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on") or name == "style"]
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "action", "formaction")]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("path", ["/", "/campaigns?limit=100", "/pacing", "/budget", "/data"])
async def test_a_page_shows_names_as_text(market: Services, path: str) -> None:
    async with browser_of(market) as browser:
        answer = await browser.get(path)
    assert answer.status_code == 200
    page = Document()
    page.feed(answer.text)
    assert page.handlers == []
    assert not page.elements & {"img", "inline script", "iframe", "object", "base"}
    assert [link for link in page.links if not link.startswith(("/", "#")) and "127.0.0.1" not in link] == []
    assert [one for one in obeyed(answer.text) if one not in "\u200e\u200f\u061c"] == []
    if path.startswith("/campaigns"):
        shown = [what for what, name in NAMES.items() if name in page.text]
        assert {"html", "entities", "template", "rich markup", "quotes"} & set(shown)


async def test_api_and_odata_give_the_name_itself(market: Services) -> None:
    transport = httpx.ASGITransport(app=create_app(market), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
        api = await client.get("/api/analytics/campaigns", params={"limit": 200})
        odata = await client.get("/odata/campaigns", params={"$select": "id,name"})
    for answer, key in ((api, "items"), (odata, "value")):
        assert answer.headers["content-type"].startswith("application/json")
        assert answer.headers["x-content-type-options"] == "nosniff"
        names = {row["name"] for row in answer.json()[key]}
        assert names <= set(NAMES.values())
        assert len(names) > 5


def test_a_tool_gives_a_language_model_cleaned_texts(market: Services) -> None:
    found: Any = asyncio.run(market.tools.call("list_campaigns", {"limit": 100}, Caller("me", "admin")))
    text = json.dumps(found, ensure_ascii=False, default=str)
    assert obeyed(text) == []
    assert max(len(row["name"]) for row in found["items"]) < 1_100
    assert {row["name"] for row in found["items"]} <= {clean_text(name) for name in NAMES.values()}


@pytest.mark.parametrize("what", sorted(set(HOSTILE) - {"surrogates"}))
def test_an_event_is_one_frame_of_a_stream(what: str) -> None:
    (frame,) = _frames([LiveEvent(7, "e", "alert.new", datetime(2026, 11, 1, tzinfo=UTC), {"title": HOSTILE[what]})])
    lines = frame.sent.replace(b"\r\n", b"\n").rstrip(b"\n").split(b"\n")
    assert {line.partition(b":")[0] for line in lines} <= {b"id", b"event", b"data"}
    (data,) = [line.partition(b":")[2] for line in lines if line.startswith(b"data")]
    assert b"\r" not in frame.sent.replace(b"\r\n", b"")
    assert json.loads(data)["title"] == HOSTILE[what]


@pytest.mark.parametrize("what", HOSTILE)
def test_a_message_of_the_log_is_one_line(what: str) -> None:
    record = logging.LogRecord("adops", logging.WARNING, "x.py", 1, "%s failed", (HOSTILE[what],), None)
    line = RedactingFormatter(SecretStr("secret-of-the-server")).format(record)
    assert obeyed(line) == []
    assert "\n" not in line
    assert line.endswith(" failed")


def test_a_traceback_in_the_log_keeps_its_lines_and_acts_on_nothing() -> None:
    try:
        int(HOSTILE["ansi"])
    except ValueError as error:
        record = logging.LogRecord(
            "adops", logging.ERROR, "x.py", 1, "failed", (), (ValueError, error, error.__traceback__)
        )
    text = RedactingFormatter(None).format(record)
    assert obeyed(text) == []
    assert text.count("\n") >= 3
