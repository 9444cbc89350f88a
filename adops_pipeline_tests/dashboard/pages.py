"""Which pages there are, and what people read on them: their text and their tables."""

from html.parser import HTMLParser

from starlette.routing import Route

from adops_pipeline.dashboard import site

_ROUTES = [route for router in site._PAGES for route in router.routes if isinstance(route, Route)]
PAGES = (
    *(route.path for route in _ROUTES if "{" not in route.path),
    "/workflows/quick-pacing-check",
    "/agents/analyst",
)
"""Every page without a parameter, a form, and an agent."""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.rows: list[list[str]] = []
        self._is_hidden = self._is_in_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._is_hidden = tag in ("script", "style")
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self._is_in_cell = True
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self._is_hidden = False
        if tag in ("td", "th"):
            self._is_in_cell = False

    def handle_data(self, data: str) -> None:
        if self._is_hidden or not data.strip():
            return
        text = " ".join(data.split())
        self.texts.append(text)
        if self._is_in_cell:
            self.rows[-1][-1] = f"{self.rows[-1][-1]} {text}".strip()


def text_of(page: str) -> str:
    """What is written on a page."""
    reader = _Reader()
    reader.feed(page)
    return " ".join(reader.texts)


def rows_of(page: str) -> list[list[str]]:
    """The rows of its tables."""
    reader = _Reader()
    reader.feed(page)
    return reader.rows
