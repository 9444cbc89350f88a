"""Runs the application on a socket until interrupted: for `adops serve` and for the part of `adops up`."""

import socket
from contextlib import suppress

import uvicorn

from adops_pipeline.api.app import create_app
from adops_pipeline.api.connection import BoundedConnection
from adops_pipeline.api.redaction import log_config
from adops_pipeline.wiring import Services

_GRACE_SECONDS = 3
"""How long open requests may take at the end. Live streams do not end by themselves."""


def serve(services: Services, listening: socket.socket) -> None:
    """Serve the API until interrupted."""
    with suppress(KeyboardInterrupt):  # uvicorn raises it again after everything has ended
        uvicorn.Server(server_config(services)).run(sockets=[listening])


def server_config(services: Services) -> uvicorn.Config:
    """How the server runs: addresses are taken from headers only where a trusted proxy sends them."""
    proxies = list(services.settings.api.trusted_proxies)
    return uvicorn.Config(
        create_app(services),
        http=BoundedConnection,
        ws="none",
        log_config=log_config(services.settings.api_token),
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        server_header=False,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies,
    )
