"""`adops open`: the dashboard in the browser; where there is none, its address."""

import os
import re
import sys
import webbrowser
from typing import Annotated

import typer
from rich.markup import escape

from adops_pipeline.cli.console import FAILED, USAGE, err, fail, out
from adops_pipeline.cli.ports import server_address

_HELP = """Open the dashboard in the browser; print its address where there is no browser, as over SSH.

Examples:

    adops open

    adops open /pacing

    adops open /campaigns --port 8080
"""
_OTHERS = ("api", "odata", "login")
"""Addresses that are no places of the navigation."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="open", help=_HELP)(open_page)


def open_page(
    page: Annotated[str, typer.Argument(help="Page, such as /pacing.")] = "/",
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port of the server. Default: the setting api.port.")
    ] = None,
) -> None:
    """Open a page."""
    from adops_pipeline.settings import load_settings

    _require_page(page)
    own = load_settings().api
    server = server_address(own.host, port or own.port)
    address = f"{server}/{page.removeprefix('/')}"
    out.print(address, highlight=False, markup=False, soft_wrap=True)
    if not _answers(server):
        err.print(f"nothing answers on {server}: start it with `adops up` or `adops serve`", highlight=False)
        raise typer.Exit(FAILED)
    if _has_browser():
        webbrowser.open(address)


def _require_page(page: str) -> None:
    from adops_pipeline.dashboard.navigation import PATHS
    from adops_pipeline.domain.workflows.nearest import did_you_mean

    first = re.split("[/?#]", page.removeprefix("/"))[0]
    if f"/{first}" not in PATHS and first not in _OTHERS:
        near = did_you_mean(first, PATHS) or f"; pages are {', '.join(PATHS)}"
        fail(escape(f"there is no page {page!r}{near}"), USAGE)


def _answers(server: str) -> bool:
    from http.client import HTTPException

    from adops_pipeline.parts import health

    try:
        return health.api_answers(server)
    except (OSError, HTTPException):
        return False


def _has_browser() -> bool:
    """Whether there is a browser with windows: one of the terminal would take the terminal."""
    if sys.platform != "linux":
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))
