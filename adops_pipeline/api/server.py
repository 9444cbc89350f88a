"""Runs the application on a socket until interrupted: for `adops serve` and for the part of `adops up`."""

import gc
import socket
from contextlib import suppress

import uvicorn
from fastapi import FastAPI

from adops_pipeline.api.connection import BoundedConnection
from adops_pipeline.api.redaction import log_config
from adops_pipeline.settings import Settings
from adops_pipeline.supervision.memory import give_large_blocks_back

_GRACE_SECONDS = 3
"""How long open requests may take at the end. Live streams do not end by themselves."""
_OBJECTS_BETWEEN_COLLECTIONS = 20_000


def serve(app: FastAPI, settings: Settings, listening: socket.socket) -> None:
    """Serve the application until interrupted."""
    give_large_blocks_back()
    _keep_modules_from_garbage_collector()
    with suppress(KeyboardInterrupt):  # uvicorn raises it again after everything has ended
        uvicorn.Server(server_config(app, settings)).run(sockets=[listening])


def server_config(app: FastAPI, settings: Settings) -> uvicorn.Config:
    """How the server runs: addresses are taken from headers only where a trusted proxy sends them."""
    proxies = list(settings.api.trusted_proxies)
    return uvicorn.Config(
        app,
        http=BoundedConnection,
        ws="none",
        log_config=log_config(settings.api_token),
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        server_header=False,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies,
    )


def _keep_modules_from_garbage_collector() -> None:
    """A full collection looks through every module and route, and all requests wait meanwhile."""
    gc.freeze()
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS, 20, 20)
    gc.enable()
