"""Renders the templates: pages, and single blocks of them for htmx. Every text is escaped; unknown names are errors.

Every file in `templates/parts/` is a global of its name in the templates: `{{ ui.card(…) }}`.
"""

import gzip
import re
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from babel import Locale
from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from adops_pipeline.dashboard import formats
from adops_pipeline.dashboard.files import Files
from adops_pipeline.dashboard.filters import COMPARISONS, PRESETS, FilterBar, FilterQuery
from adops_pipeline.dashboard.navigation import Place
from adops_pipeline.dashboard.parts import Failure
from adops_pipeline.dashboard.sparkline import sparkline

_TEMPLATES = Path(__file__).parent / "templates"
_FORMATS: Sequence[Callable[..., str]] = (
    formats.money, formats.signed_money, formats.compact_money, formats.number, formats.ratio, formats.compact,
    formats.percent, formats.change, formats.day, formats.short_day, formats.moment, formats.short_moment,
)  # fmt: skip
_COMPRESSED_FROM_BYTES = 1400
POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self';"
    " frame-ancestors 'none'"
)
"""Scripts, styles and requests from this server only; neither script nor style within a page."""
_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufff9-\ufffb\ud800-\udfff]")
"""Controls, and marks that would make a name reorder what stands beside it; those of formatted numbers are others."""
_locale: ContextVar[Locale] = ContextVar("locale", default=formats.DEFAULT_LOCALE)


@dataclass(frozen=True, slots=True)
class Site:
    """What all pages share: files, places of the navigation, templates, the address of Dagster's web UI."""

    files: Files
    places: Sequence[Place]
    environment: Environment
    dagster: str | None
    """None where Dagster does not run beside the API."""


class _Part:
    """The macros of a file, which may use those of any other: they are loaded at first use."""

    def __init__(self, environment: Environment, name: str) -> None:
        self._environment, self._name = environment, name

    def __getattr__(self, macro: str) -> Any:  # noqa: ANN401 - a macro
        return getattr(self._environment.get_template(self._name).module, macro)


def site_of(places: Sequence[Place], dagster: str | None) -> Site:
    """The site with these places in its navigation."""
    files = Files()
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters |= {one.__name__: _in_locale(one) for one in _FORMATS}
    environment.globals |= {"asset": files.address, "has_asset": files.paths.__contains__, "sparkline": sparkline,
                            "presets": PRESETS, "comparisons": COMPARISONS}  # fmt: skip
    for path in sorted((_TEMPLATES / "parts").glob("*.html")):
        environment.globals[path.stem] = _Part(environment, f"parts/{path.name}")
    return Site(files, places, environment, dagster)


def render(
    request: Request,
    template: str,
    *,
    status: int = 200,
    filters: FilterQuery | None = None,
    bar: FilterBar | None = None,
    **context: Any,  # noqa: ANN401 - whatever the template shows
) -> HTMLResponse:
    """A page. Where htmx asks for an element whose id is a block's name (`-` for `_`), that block alone.

    ``bar`` shows the form of the filters; ``filters`` are kept in the links of the navigation.
    """
    site: Site = request.app.state.site
    found = site.environment.get_template(template)
    locale = formats.locale_of(request.headers.get("accept-language", ""))
    everything = {
        "request": request,
        "site": site,
        "path": request.url.path,
        "actor": getattr(request.state, "actor", None),
        "filters": filters or FilterQuery(),
        "bar": bar,
        "locale": str(locale).replace("_", "-"),
        **context,
    }
    used = _locale.set(locale)
    try:
        block = found.blocks.get(request.headers.get("hx-target", "").replace("-", "_")) if is_htmx(request) else None
        text = found.render(everything) if block is None else "".join(block(found.new_context(everything)))
    finally:
        _locale.reset(used)
    return _response(request, text, status)


def render_failure(request: Request, failure: Failure, status: int) -> HTMLResponse:
    """The page that says what failed; for htmx the message alone, which takes the place of what it asked for."""
    template = "pages/failure_part.html" if is_htmx(request) else "pages/failure.html"
    return render(request, template, status=status, failure=failure, code=status)


def is_htmx(request: Request) -> bool:
    """Whether htmx asks for a part of a page."""
    return request.headers.get("hx-request") == "true"


def wants_block(request: Request, name: str) -> bool:
    """Whether htmx asks for this block alone, so that the page need not read the rest."""
    return is_htmx(request) and request.headers.get("hx-target", "").replace("-", "_") == name


def _response(request: Request, text: str, status: int) -> HTMLResponse:
    headers = {"Content-Security-Policy": POLICY, "Vary": "Accept-Encoding, Accept-Language, HX-Request, HX-Target"}
    body = _OBEYED.sub("", text).encode()
    if len(body) >= _COMPRESSED_FROM_BYTES and "gzip" in request.headers.get("accept-encoding", ""):
        body, headers["Content-Encoding"] = gzip.compress(body, 5, mtime=0), "gzip"
    return HTMLResponse(body, status, headers)


def _in_locale(function: Callable[..., str]) -> Callable[..., str]:
    def formatted(*values: Any, **named: Any) -> str:  # noqa: ANN401 - the arguments of the format
        return partial(function, locale=_locale.get())(*values, **named)

    return formatted
