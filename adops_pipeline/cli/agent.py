"""`adops agent`: the roster of agents, what each suggests now, and running one."""

from typing import Annotated

import typer
from rich.markup import escape

from adops_pipeline.cli.family import AsJson, add_family
from adops_pipeline.cli.front import exit_on_refusal, grid, load_services, login_name, print_json, print_line

_FAMILY = """List the agents, and run one: it reads the published data, proposes changes, and starts its workflows.

Examples:

    adops agent list

    adops agent run trader --dry-run
"""
Name = Annotated[str, typer.Argument(metavar="NAME", help="An agent, such as trader: see `adops agent list`.")]


def register(app: typer.Typer) -> None:
    """Add the family."""
    add_family(app, "agent", _FAMILY, {"list": list_command, "show": show, "run": run})


def list_command(as_json: AsJson = False) -> None:
    """List the agents."""
    from adops_pipeline.cli.console import out
    from adops_pipeline.domain.agents.roster import ROSTER
    from adops_pipeline.services.documents.agents import agent_document

    sets = load_services().settings.permission_sets
    documents = [agent_document(agent, sets[agent.id]) for agent in ROSTER.values()]
    if as_json:
        print_json(documents)
        return
    table = grid("Agent", "Purpose", "Platforms", "Workflows", fold=("Purpose", "Platforms", "Workflows"))
    for one in documents:
        table.add_row(one["id"], one["purpose"], ", ".join(one["platforms"]), ", ".join(one["workflows"]))
    out.print(table)


def show(name: Name, as_json: AsJson = False) -> None:
    """Show what an agent is for, what it may do and its playbooks."""
    from adops_pipeline.services.documents.agents import agent_document

    services = load_services()
    with exit_on_refusal():
        agent = services.agents.find(name)
    document = agent_document(agent, services.settings.permission_sets[agent.id])
    if as_json:
        print_json(document)
        return
    print_line(f"{agent.id}: {agent.purpose}")
    for title in ("platforms", "accounts", "workflows", "tools"):
        print_line(f"{title:<10} {', '.join(document[title]) or 'all'}")
    for playbook in document["playbooks"]:
        print_line(f"{'playbook':<10} {playbook}")


def run(
    name: Name,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what the agent would do.")] = False,
    as_json: AsJson = False,
) -> None:
    """Run an agent: changes become proposals, workflows are requested, findings become memories."""
    from adops_pipeline.services.documents.agents import result_document

    with exit_on_refusal():
        results = load_services().agents.run(name, by=login_name(), source="agent", dry_run=dry_run)
    documents = [result_document(one) for one in results]
    if as_json:
        print_json(documents)
        return
    for one in documents:
        print_line(escape(f"{one['outcome']:<10} {one['kind']:<13} {one['subject']}: {one['reason']}"))
        if one["detail"]:
            print_line(escape(f"{'':<10} {one['detail']}"))
    if not documents:
        print_line(f"{name} has nothing to suggest")
    elif dry_run:
        print_line(f"nothing was done: leave out --dry-run to have {name} do it")
