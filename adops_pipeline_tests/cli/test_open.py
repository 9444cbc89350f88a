"""`adops open` opens the dashboard where there is a browser, and always prints its address."""

import sys
import webbrowser

import pytest

from adops_pipeline.cli.ports import server_address
from adops_pipeline.parts import health
from adops_pipeline_tests.cli.commands import Command


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Addresses that were opened."""
    found: list[str] = []
    monkeypatch.setattr(webbrowser, "open", found.append)
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    return found


def test_the_page_is_opened_and_its_address_printed(
    adops: Command, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "api_answers", lambda server: server == "http://127.0.0.1:8123")
    monkeypatch.setenv("DISPLAY", ":0")
    assert adops("open", "/pacing", "--port", "8123").out.strip() == "http://127.0.0.1:8123/pacing"
    assert opened == ["http://127.0.0.1:8123/pacing"]


def test_without_a_browser_the_address_is_printed(
    adops: Command, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "api_answers", lambda *_: True)
    assert adops("open").out.strip() == "http://127.0.0.1:8000/"
    assert opened == []


def test_without_a_server_it_says_how_to_start_one(adops: Command, opened: list[str]) -> None:
    ended = adops("open", "--port", "1", code=1)
    assert "start it with `adops up` or `adops serve`" in ended.err
    assert opened == []


@pytest.mark.parametrize(
    ("host", "address"),
    [("0.0.0.0", "http://127.0.0.1:80"), ("::1", "http://[::1]:80"), ("10.0.0.7", "http://10.0.0.7:80")],
)
def test_a_server_is_addressed_as_this_machine_reaches_it(host: str, address: str) -> None:
    assert server_address(host, 80) == address
