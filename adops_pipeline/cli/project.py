"""`adops project`: projects, the rules by which campaigns belong to them, and assignments by hand."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from adops_pipeline.cli.console import USAGE, fail
from adops_pipeline.cli.family import AsJson, Commands, add_family
from adops_pipeline.cli.front import (
    SHORT,
    by_prefix,
    exit_on_refusal,
    grid,
    load_services,
    login_name,
    print_json,
    print_line,
)
from adops_pipeline.domain.projects import AssignmentRule, ProjectStatus
from adops_pipeline.domain.vocabulary import Platform

if TYPE_CHECKING:
    from adops_pipeline.services.projects import Project, ProjectFields
    from adops_pipeline.wiring import Services

_FAMILY = """List projects, create and change them, and assign campaigns to them.

Examples:

    adops project create "Spring sale" --client Acme --rule 'platform=meta-ads,name=Spring*'

    adops project assign "Spring sale" meta-ads:238500000001

    adops project change "Spring sale" --status archived
"""
_CREATE_HELP = """Create a project.

A rule says which campaigns belong to it: platform=PLATFORM, name=PATTERN (* anything, ? one character, upper and lower
case alike) and objective=OBJECTIVE, with commas between them; all of it must fit. A campaign that fits one of the rules
belongs to the project, unless the rules of another project claim it too.

Examples:

    adops project create "Spring sale" --client Acme --currency EUR --monthly-budget 12000

    adops project create "Brand" --rule 'name=Brand*' --rule 'platform=pinterest,objective=AWARENESS'
"""
_RULE_PARTS = {"platform": "platform", "name": "name_pattern", "objective": "objective"}
ProjectId = Annotated[
    str, typer.Argument(metavar="PROJECT", help="A project's name, its id, or the first 6 characters of its id.")
]
Client = Annotated[str | None, typer.Option(help="Client of the project.")]
Category = Annotated[str | None, typer.Option(help="Category, such as a brand or a market.")]
Description = Annotated[str | None, typer.Option(help="Purpose.")]
Currency = Annotated[str | None, typer.Option(help="ISO 4217 code of the budget.")]
MonthlyBudget = Annotated[str | None, typer.Option(metavar="AMOUNT", help="Budget of a calendar month.")]
RuleTexts = Annotated[
    list[str] | None,
    typer.Option("--rule", metavar="RULE", help="Campaigns that belong to it; may be repeated: platform=…,name=…"),
]


def register(app: typer.Typer) -> None:
    """Add the family."""
    commands: Commands = {
        "list": list_command, "show": show, "create": create,
        "change": change, "delete": delete, "assign": assign, "unassign": unassign,
    }  # fmt: skip
    add_family(app, "project", _FAMILY, commands, {"create": _CREATE_HELP})


def list_command(
    status: Annotated[
        list[ProjectStatus] | None, typer.Option(help="Only these; may be repeated (default: all but archived).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List projects by name."""
    with exit_on_refusal():
        found = load_services().projects.every(status or ())
    if as_json:
        from adops_pipeline.services.documents.projects import project_document

        print_json([project_document(one) for one in found])
    elif found:
        from adops_pipeline.cli.console import out

        table = grid("Id", "Name", "Client", "Category", "Status", "Budget", "Rules", right=("Budget", "Rules"),
                     fold=("Name", "Client", "Category"))  # fmt: skip
        for one in found:
            own = one.fields
            table.add_row(
                one.id[:SHORT], escape(own.name), escape(own.client or ""), escape(own.category or ""), own.status,
                _budget(own), str(len(own.rules)),
            )  # fmt: skip
        out.print(table)
    else:
        print_line(
            "No project has this status." if status else "There is no project yet; `adops project create` makes one"
        )


def show(typed: ProjectId, as_json: AsJson = False) -> None:
    """Show a project, its rules and the campaigns that belong to it now."""
    from adops_pipeline.services.documents.projects import project_document, rule_text

    services = load_services()
    with exit_on_refusal():
        project = _chosen(services, typed)
        campaigns = services.projects.campaigns(project.id)
    document = project_document(project) | {
        "campaigns": [{"id": one.campaign.id, "name": one.campaign.name, "assigned_by": one.how} for one in campaigns]
    }
    if as_json:
        print_json(document)
        return
    own = project.fields
    for label, value in (
        ("Name", own.name), ("Id", project.id), ("Client", own.client), ("Category", own.category),
        ("Purpose", own.description), ("Status", own.status), ("Budget", _budget(own)),
    ):  # fmt: skip
        print_line(f"[bold]{label:10}[/bold] {escape(str(value or ''))}")
    for rule in own.rules:
        print_line(f"[bold]{'Rule':10}[/bold] {escape(rule_text(rule))}")
    for one in campaigns:
        print_line(f"[bold]{'Campaign':10}[/bold] {one.campaign.id}  {escape(one.campaign.name)} (by {one.how})")


def create(
    name: Annotated[str, typer.Argument(help="Name of the project.")],
    client: Client = None,
    category: Category = None,
    description: Description = None,
    currency: Currency = None,
    monthly_budget: MonthlyBudget = None,
    rules: RuleTexts = None,
    as_json: AsJson = False,
) -> None:
    """Create a project."""
    from adops_pipeline.services.projects import ProjectFields

    fields = ProjectFields(
        name, description, client, category, currency, _amount(monthly_budget), rules=_rules(rules or ())
    )
    services = load_services()
    with exit_on_refusal():
        made = services.projects.create(fields)
        _record(services, "create_project", made.id)
    _print(made, "Created", as_json=as_json)


def change(
    typed: ProjectId,
    name: Annotated[str | None, typer.Option(help="New name.")] = None,
    client: Client = None,
    category: Category = None,
    description: Description = None,
    currency: Currency = None,
    monthly_budget: MonthlyBudget = None,
    status: Annotated[ProjectStatus | None, typer.Option(help="An archived project's rules are out of force.")] = None,
    rules: RuleTexts = None,
    without_rules: Annotated[bool, typer.Option("--without-rules", help="Take its rules away.")] = False,
    as_json: AsJson = False,
) -> None:
    """Change what is given; an empty text empties a field. Rules replace the rules before.

    Example: adops project change "Spring sale" --monthly-budget 15000 --client ""
    """
    texts = {"client": client, "category": category, "description": description, "currency": currency}
    given: dict[str, Any] = {field: text or None for field, text in texts.items() if text is not None}
    given |= {} if monthly_budget is None else {"monthly_budget": _amount(monthly_budget)}
    given |= {field: value for field, value in {"name": name, "status": status}.items() if value is not None}
    if rules and without_rules:
        fail("--rule and --without-rules exclude each other; give one of them", USAGE)
    if rules or without_rules:
        given["rules"] = _rules(rules or ())
    if not given:
        fail("nothing to change is given; `adops project change --help` lists the fields", USAGE)
    services = load_services()
    with exit_on_refusal():
        changed = services.projects.change(_chosen(services, typed).id, lambda before: replace(before, **given))
        _record(services, "change_project", changed.id)
    _print(changed, "Changed", as_json=as_json)


def delete(typed: ProjectId) -> None:
    """Delete a project and its assignments by hand. Campaigns and their data stay.

    Example: adops project delete "Spring sale"
    """
    services = load_services()
    with exit_on_refusal():
        project = _chosen(services, typed)
        services.projects.remove(project.id)
        _record(services, "delete_project", project.id)
    print_line(f"Deleted {escape(project.fields.name)}.")


def assign(
    typed: ProjectId,
    campaigns: Annotated[list[str], typer.Argument(metavar="PLATFORM:CAMPAIGN", help="Campaigns to assign by hand.")],
) -> None:
    """Put campaigns into a project by hand; that goes before every rule.

    Example: adops project assign "Spring sale" meta-ads:238500000001
    """
    _assign(typed, campaigns, by_hand=True)


def unassign(
    typed: ProjectId,
    campaigns: Annotated[list[str], typer.Argument(metavar="PLATFORM:CAMPAIGN", help="Campaigns to take out.")],
) -> None:
    """Return campaigns that were assigned by hand to the rules."""
    _assign(typed, campaigns, by_hand=False)


def _assign(typed: str, campaigns: Sequence[str], *, by_hand: bool) -> None:
    services = load_services()
    with exit_on_refusal():
        project = _chosen(services, typed)
        operation = services.projects.assign if by_hand else services.projects.unassign
        for campaign in campaigns:
            operation(project.id, campaign)
            _record(services, "assign_campaign" if by_hand else "unassign_campaign", f"{project.id} {campaign}")
    count = "1 campaign" if len(campaigns) == 1 else f"{len(campaigns)} campaigns"
    where = "into" if by_hand else "out of"
    print_line(f"Moved {count} {where} {escape(project.fields.name)} by hand; the next run publishes that.")


def _chosen(services: "Services", typed: str) -> "Project":
    known = {one.id: one for one in services.projects.every(tuple(ProjectStatus))}
    return known[by_prefix("project", typed, known, {one.id: one.fields.name for one in known.values()})]


def _amount(text: str | None) -> Decimal | None:
    if not text:
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        fail(f"--monthly-budget {escape(repr(text))} is not an amount, e.g. 12000 or 999.50", USAGE)


def _rules(texts: Sequence[str]) -> tuple[AssignmentRule, ...]:
    return tuple(_rule(text) for text in texts)


def _rule(text: str) -> AssignmentRule:
    """``platform=meta-ads,name=Spring*``."""
    parts: dict[str, Any] = {}
    for part in text.split(","):
        name, sign, value = (piece.strip() for piece in part.partition("="))
        if not sign or name not in _RULE_PARTS or not value:
            fail(f"--rule {escape(repr(text))} is not made of platform=…, name=… and objective=…", USAGE)
        if name == "platform" and value not in list(Platform):
            fail(f"--rule {escape(repr(text))}: platform is none of {', '.join(Platform)}", USAGE)
        parts[_RULE_PARTS[name]] = Platform(value) if name == "platform" else value
    return AssignmentRule(**parts)


def _budget(fields: "ProjectFields") -> str:
    from adops_pipeline.domain.money import format_money

    return "" if fields.monthly_budget is None else format_money(fields.monthly_budget, fields.currency or "")


def _print(project: "Project", done: str, *, as_json: bool) -> None:
    if as_json:
        from adops_pipeline.services.documents.projects import project_document

        print_json(project_document(project))
    else:
        print_line(f"{done} project {escape(project.fields.name)} ({project.id}).")


def _record(services: "Services", operation: str, target: str) -> None:
    """Record a change in the activity feed, as the API does for its own."""
    from adops_pipeline.domain.access import Actor
    from adops_pipeline.services.audit import Change

    services.audit.record(Change(Actor(f"cli {login_name()}", "admin"), operation, target))
