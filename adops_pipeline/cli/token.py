"""`adops token`: named tokens of the REST API."""

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.markup import escape

from adops_pipeline.cli.console import err, out
from adops_pipeline.cli.family import AsJson, add_family
from adops_pipeline.cli.front import (
    SHORT,
    by_prefix,
    exit_on_refusal,
    grid,
    load_services,
    login_name,
    moment,
    print_json,
    print_line,
)

if TYPE_CHECKING:
    from adops_pipeline.services.tokens import Token
    from adops_pipeline.wiring import Services

_FAMILY = """Manage the named tokens of the REST API.

Roles: reader reads; operator also runs workflows and changes things; admin also manages tokens, webhooks and receivers.
As soon as one token has been created, the API answers no request without a token.

Examples:

    adops token create n8n --role operator --days 90

    adops token list

    adops token revoke n8n
"""


def register(app: typer.Typer) -> None:
    """Add the family."""
    add_family(app, "token", _FAMILY, {"create": create, "list": list_command, "revoke": revoke, "purge": purge})


def create(
    name: Annotated[str, typer.Argument(help="Who uses it; shown with each change.")],
    role: Annotated[Literal["reader", "operator", "admin"], typer.Option(help="What it allows.")] = "reader",
    days: Annotated[int | None, typer.Option(min=1, max=3650, help="Days until it expires (default: never).")] = None,
    as_json: AsJson = False,
) -> None:
    """Create a token and print it on stdout. It is not shown again: the store keeps its hash.

    Example: adops token create dashboard --role reader --days 90
    """
    services = load_services()
    expires_at = None if days is None else services.clock() + timedelta(days=days)
    with exit_on_refusal():
        token, secret = services.tokens.create(name, role, by=login_name(), expires_at=expires_at)
        _record(services, "create_token", token)
    if as_json:
        from adops_pipeline.services.documents.tokens import token_document

        print_json(token_document(token, services.clock()) | {"secret": secret})
        return
    print(secret)
    until = f" until {moment(token.expires_at)} UTC" if token.expires_at else ""
    err.print(
        f"Token {escape(token.name)} ({role}) is valid{until}. Keep it: it is not shown again.\n"
        "Send it as `Authorization: Bearer …`. From now on the API answers no request without a token.",
        highlight=False,
        soft_wrap=True,
    )


def list_command(as_json: AsJson = False) -> None:
    """List tokens by name, with their last use; revoked and expired ones too."""
    services = load_services()
    now = services.clock()
    with exit_on_refusal():
        found = services.tokens.every()
    if as_json:
        from adops_pipeline.services.documents.tokens import token_document

        print_json([token_document(token, now) for token in found])
    elif found:
        table = grid("token", "name", "role", "status", "created", "by", "expires", "last used", fold=("name",))
        for token in found:
            table.add_row(
                token.id[:SHORT], escape(token.name), token.role, token.status(now), moment(token.created_at),
                escape(token.created_by), moment(token.expires_at), moment(token.last_used_at),
            )  # fmt: skip
        out.print(table)
    else:
        print_line("There is no named token. Create one: adops token create --help")


def revoke(
    typed: Annotated[str, typer.Argument(metavar="TOKEN", help="A token's name, or the first 6 characters of its id.")],
    as_json: AsJson = False,
) -> None:
    """Revoke a token at once; the sessions that it opened end too.

    Example: adops token revoke n8n
    """
    services = load_services()
    with exit_on_refusal():
        valid = {token.id: token.name for token in services.tokens.every() if token.revoked_at is None}
        token = services.tokens.revoke(by_prefix("token", typed, valid, valid))
        _record(services, "revoke_token", token)
    if as_json:
        from adops_pipeline.services.documents.tokens import token_document

        print_json(token_document(token, services.clock()))
    else:
        print_line(f"Token {escape(token.name)} is revoked.")


def purge(as_json: AsJson = False) -> None:
    """Delete the records of revoked and expired tokens.

    Without any token left, and without ADOPS_API_TOKEN, the API needs no token again and answers this machine.
    """
    services = load_services()
    with exit_on_refusal():
        deleted = services.tokens.purge()
        are_left = services.tokens.are_used()
    if as_json:
        print_json({"deleted": deleted, "are_left": are_left})
        return
    print_line("1 token was deleted." if deleted == 1 else f"{deleted} tokens were deleted.")
    if not are_left and services.settings.api_token is None:
        print_line("[yellow]No token is left[/yellow]: the API answers every program on this machine.")


def _record(services: "Services", operation: str, token: "Token") -> None:
    """Record a change in the activity feed, as the API does for its own."""
    from adops_pipeline.domain.access import Actor
    from adops_pipeline.services.audit import Change

    services.audit.record(Change(Actor(f"cli {login_name()}", "admin"), operation, token.id))
