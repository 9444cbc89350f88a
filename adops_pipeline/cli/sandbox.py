"""`adops sandbox`: serves the emulated platforms on loopback, for external clients such as the vendors' SDKs."""

from datetime import datetime
from typing import Annotated

import typer

from adops_pipeline.cli.console import out
from adops_pipeline.cli.ports import own_socket

_HELP = """Serve the emulated Google Ads, Meta and Pinterest APIs on 127.0.0.1 until Ctrl-C.

All three use one port and different paths (`/v26/…`, `/v26.0/…`, `/v5/…`).

Examples:

    adops sandbox --port 9000

    adops sandbox --as-of 2026-11-01
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="sandbox", help=_HELP)(sandbox)


def sandbox(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 picks a free one.")] = 8600,
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Respond as if it were noon UTC on this day.")
    ] = None,
) -> None:
    """Serve the emulated platforms."""
    import uvicorn

    from adops_pipeline.clock import frozen_at, system_clock
    from adops_pipeline.services.platforms import build_sandbox, introduction
    from adops_pipeline.settings import load_settings

    settings = load_settings()
    emulated = build_sandbox(settings, frozen_at(as_of.date()) if as_of else system_clock)
    config = uvicorn.Config(emulated.app(), host="127.0.0.1", port=port, log_level="warning", lifespan="off")
    server = uvicorn.Server(config)
    listening = own_socket(port)
    listening.listen()  # Started before the address is printed, so that a client can connect at once.
    out.print(introduction(listening.getsockname()[1]), highlight=False, soft_wrap=True)
    server.run(sockets=[listening])
