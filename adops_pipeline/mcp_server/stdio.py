"""The server on standard input and output, for a client that starts it. Logs go to standard error."""

import asyncio

from mcp.server.stdio import stdio_server

from adops_pipeline.mcp_server.protocol import protocol_server
from adops_pipeline.services.tools.definitions import Caller
from adops_pipeline.services.tools.toolbox import Toolbox


def serve_stdio(tools: Toolbox, caller: Caller) -> None:
    """Serve one client until it closes the input."""
    asyncio.run(_serve(tools, caller))


async def _serve(tools: Toolbox, caller: Caller) -> None:
    server = protocol_server(tools, lambda _: caller)
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())
