"""The machine's Chromium, driven by Playwright, and a page that fails its test for whatever a visitor must not see."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Request, expect, sync_playwright

from adops_pipeline_tests.patience import patience_seconds

_PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


def chromium_program() -> str | None:
    """The browser's program, by path; None where none is installed."""
    return next((found for name in _PROGRAMS if (found := shutil.which(name))), None)


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """The browser; a test that needs one says so where none is installed."""
    program = chromium_program()
    if program is None:
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium-headless-shell): no page was tested")
    with sync_playwright() as playwright:
        expect.set_options(timeout=patience_seconds(8) * 1000)
        browser = playwright.chromium.launch(executable_path=program)
        yield browser
        browser.close()


@dataclass
class Visitor:
    """A page and what went wrong on it: errors on its console, uncaught exceptions, requests to other hosts."""

    page: Page
    address: str
    problems: list[str] = field(default_factory=list)
    expected_statuses: set[int] = field(default_factory=set)
    """Statuses of refused requests that the test is about: the browser reports them on the console, too."""
    agrees: bool = False
    """Whether the visitor says yes where a page asks."""

    @classmethod
    def of(cls, browser: Browser, address: str, **options: object) -> "Visitor":
        """A visitor of the server at ``address`` with cookies and storage of its own."""
        defaults = {"base_url": address, "reduced_motion": "reduce", "viewport": {"width": 1280, "height": 900}}
        context = browser.new_context(**(defaults | options))  # type: ignore[arg-type]  # options of Playwright
        context.set_default_timeout(patience_seconds(8) * 1000)
        return cls(context.new_page(), address).watching()

    def watching(self) -> "Visitor":
        """Record what goes wrong on the page from now on."""
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.problems.append(f"uncaught: {error}"))
        self.page.on("request", self._check)
        self.page.on("dialog", lambda dialog: dialog.accept() if self.agrees else dialog.dismiss())
        return self

    def another(self) -> "Visitor":
        """Another tab of the same browser window."""
        return Visitor(self.page.context.new_page(), self.address, self.problems, self.expected_statuses).watching()

    def _note(self, message: ConsoleMessage) -> None:
        refused = any(f"the server responded with a status of {status}" in message.text for status in self.expected)
        if message.type == "error" and not refused:
            self.problems.append(f"console: {message.text} ({message.location.get('url', '')})")

    @property
    def expected(self) -> Sequence[int]:
        """The statuses that are no problem."""
        return sorted(self.expected_statuses)

    def _check(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and f"{parts.scheme}://{parts.netloc}" != self.address:
            self.problems.append(f"request to another host: {request.url}")

    def leave(self) -> None:
        """End the visit, but keep the tab and its page for another, as an empty page would cost a process of its own.

        Fails where something went wrong on its pages.
        """
        self.page.context.clear_cookies()
        problems = [*self.problems]
        self.problems.clear()
        self.expected_statuses.clear()
        self.agrees = False
        assert not problems, "\n".join(problems)

    def close(self) -> None:
        """End the visit. Fails where something went wrong on its pages."""
        try:
            self.page.context.close()
        except Error as error:
            self.problems.append(f"closing: {error}")
        assert not self.problems, "\n".join(self.problems)
