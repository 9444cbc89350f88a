"""`adops tool`: the tools that agents have, called from a terminal."""

import asyncio
import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from adops_pipeline.cli.console import FAILED, USAGE, fail, out
from adops_pipeline.cli.family import add_family
from adops_pipeline.cli.front import exit_on_refusal, grid, load_services, login_name, print_json
from adops_pipeline.domain.terminal import for_terminal

if TYPE_CHECKING:
    from adops_pipeline.services.tools.definitions import Caller
    from adops_pipeline.wiring import Services

_FAMILY = """List and call the tools that agents have: those of the platforms, the analyses, workflows and proposals.

Examples:

    adops tool list

    adops tool list --agent trader --json

    adops tool call list_pacing --json '{"status": ["overpacing"], "limit": 5}'

    adops tool call describe_table --json '{"table": "analytics_metrics"}'
"""
Agent = Annotated[str | None, typer.Option(help="Act as this agent (default: as yourself, with every tool).")]
_WRONG = ("unknown-tool", "invalid-arguments", "not-permitted")


def register(app: typer.Typer) -> None:
    """Add the family."""
    add_family(app, "tool", _FAMILY, {"list": list_command, "call": call})


def list_command(
    agent: Agent = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print all of each tool, with its schemas.")] = False,
) -> None:
    """List the tools with what they do.

    Example: adops tool list --agent analyst
    """
    services = load_services()
    tools = services.tools.tools(_caller(services, agent))
    if as_json:
        print_json([tool.document() for tool in tools])
        return
    table = grid("Tool", "Effect", "Description", fold=("Description",))
    for tool in tools:
        table.add_row(tool.name, tool.effect, escape(tool.description))
    out.print(table)


def call(
    name: Annotated[str, typer.Argument(help="Name of the tool.")],
    arguments: Annotated[str, typer.Option("--json", help="Arguments as a JSON object; - reads stdin.")] = "{}",
    agent: Agent = None,
) -> None:
    """Call a tool and print its answer as JSON.

    Example: adops tool call list_campaigns --json '{"platform": ["meta-ads"], "limit": 5}'
    """
    from adops_pipeline.services.tools.errors import ToolError

    given = _object(sys.stdin.read() if arguments == "-" else arguments)
    services = load_services()
    caller = _caller(services, agent)
    try:
        answer = asyncio.run(services.tools.call(name, given, caller, most_bytes=None))
    except ToolError as error:
        fail(escape(for_terminal(str(error))), USAGE if error.code in _WRONG else FAILED)
    print_json(answer)


def _object(text: str) -> dict[str, Any]:
    try:
        given = json.loads(text)
    except ValueError as error:
        fail(f"--json is no JSON: {escape(str(error))}", USAGE)
    if not isinstance(given, dict):
        fail('--json must be an object, such as {"limit": 5}', USAGE)
    return given


def _caller(services: "Services", agent: str | None) -> "Caller":
    from adops_pipeline.domain.access import LOCAL
    from adops_pipeline.services.tools.callers import agent_caller
    from adops_pipeline.services.tools.definitions import Caller

    name = login_name()
    with exit_on_refusal():
        return (
            Caller(name, LOCAL.role) if agent is None else agent_caller(name, agent, services.settings.permission_sets)
        )
