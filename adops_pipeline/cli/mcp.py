"""`adops mcp`: the tools for a client of the Model Context Protocol that starts this command, and its configuration."""

from typing import Annotated

import typer
from rich.markup import escape

from adops_pipeline.cli.console import USAGE, fail
from adops_pipeline.cli.front import exit_on_refusal, load_services, login_name

_HELP = """Serve the tools on standard input and output, for an MCP client that starts this command.

Without an agent the client may call every tool. Approving a proposal is one of them: let the client ask you before it
calls tools that change something, or name an agent: agents propose, people approve.

Examples:

    adops mcp --print-config claude-desktop

    adops mcp --agent analyst

    adops mcp --print-config vscode --http --agent trader
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="mcp", help=_HELP)(mcp)


def mcp(
    agent: Annotated[
        str | None, typer.Option(help="Act as this agent, with its tools, platforms, accounts and caps.")
    ] = None,
    print_config: Annotated[
        str | None,
        typer.Option(
            help="Print the configuration of a client and end: claude-desktop, claude-code, cursor, vscode, windsurf, "
            "gemini-cli, codex."
        ),
    ] = None,
    http: Annotated[
        bool, typer.Option("--http", help="With --print-config: for the server of `adops serve` or `adops up`.")
    ] = False,
) -> None:
    """Serve the tools."""
    from adops_pipeline.domain.access import LOCAL
    from adops_pipeline.services.tools.callers import agent_caller
    from adops_pipeline.services.tools.definitions import Caller

    if http and print_config is None:
        fail("--http goes with --print-config; over HTTP the tools are served by `adops serve` and `adops up`", USAGE)
    services = load_services()
    name = login_name()
    with exit_on_refusal():
        sets = services.settings.permission_sets
        caller = Caller(name, LOCAL.role) if agent is None else agent_caller(name, agent, sets)
    if print_config is not None:
        from adops_pipeline.cli.mcp_clients import CLIENTS, configuration
        from adops_pipeline.domain.workflows.nearest import did_you_mean

        if print_config not in CLIENTS:
            near = did_you_mean(print_config, CLIENTS) or f"; the clients are {', '.join(CLIENTS)}"
            fail(f"--print-config: there is no client {escape(repr(print_config) + near)}", USAGE)
        print(configuration(print_config, services.settings, agent, over_http=http))
        return
    from adops_pipeline.mcp_server.stdio import serve_stdio

    serve_stdio(services.tools, caller)
