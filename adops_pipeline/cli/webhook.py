"""`adops webhook`: inbound webhooks, their keys, deliveries and trials. No secret is taken as an argument."""

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.markup import escape

from adops_pipeline.cli.console import FAILED, UNFINISHED, USAGE, fail
from adops_pipeline.cli.family import AsJson, Commands, add_family
from adops_pipeline.cli.front import SHORT, by_prefix, exit_on_refusal, load_services, print_json, print_line

if TYPE_CHECKING:
    from adops_pipeline.services.webhooks.directory import Webhook
    from adops_pipeline.wiring import Services

_FAMILY = """Manage inbound webhooks: other programs deliver a payload, and a workflow starts with it.

Deliveries are taken by `adops serve` and `adops up`.

Examples:

    adops webhook create "Shop" --workflow pacing-check --map 'campaignIds=$.campaigns[*].id'

    adops webhook test Shop --dry-run --payload order.json

    adops webhook deliveries Shop --status unmapped
"""
_CREATE_HELP = """Create a webhook; prints its endpoint, and on stdout the key for the sender, which is not shown again.

--verify says how a sender proves itself: standard (Standard Webhooks, HMAC), standard-ed25519 (Standard Webhooks,
public key), api-key (a key in the header x-api-key, for senders that cannot sign, such as Zapier and n8n), github,
stripe.

--map maps a parameter to a path of the payload, or to a constant (JSON or text). --mapping reads the whole mapping from
a JSON object in FILE (- for standard input), with types, defaults and optional parameters; see docs/webhooks.md.

A secret that the sender has already (Stripe's), or its public key, is read from standard input with --secret -, or
stays in the environment variable that --secret-ref names.

Examples:

    adops webhook create "Shop" --workflow pacing-check --map 'campaignIds=$.campaigns[*].id' --map lookbackDays=7

    adops webhook create "Zapier" --workflow quick-pacing-check --verify api-key

    adops webhook create "Stripe" --workflow sync-platforms --verify stripe --secret-ref STRIPE_WEBHOOK_SECRET
"""
_TEST_HELP = """Send a signed delivery to the running API, or with --dry-run only show what a payload would start.

The delivery starts the workflow, as every delivery does. Without --payload the newest real payload is used, or {} if
there is none. A key that only the sender has (api-key, standard-ed25519) is read from standard input with --secret -.

Exit codes: 0 accepted; 1 refused; 3 with --dry-run: the payload does not map.

Examples:

    adops webhook test Shop --dry-run --payload order.json

    adops webhook test Shop --payload order.json

    adops webhook test Zapier --secret - --api http://127.0.0.1:8080
"""
Verification = Literal["standard", "standard-ed25519", "api-key", "github", "stripe"]
DeliveryStatus = Literal["triggered", "ignored", "rejected", "unmapped", "paused"]
WebhookId = Annotated[
    str, typer.Argument(metavar="ID", help="A webhook's name, its id, or the first 6 characters of its id.")
]
Secret = Annotated[
    str | None, typer.Option(metavar="-", help="Read the sender's secret or key from standard input.")
]  # fmt: skip
SecretRef = Annotated[
    str | None, typer.Option(metavar="VARIABLE", help="Environment variable that holds the secret.")
]  # fmt: skip


def register(app: typer.Typer) -> None:
    """Add the family."""
    commands: Commands = {
        "create": create, "list": list_command, "show": show, "test": try_out, "change": change, "rotate": rotate,
        "pause": pause, "resume": resume, "delete": delete, "deliveries": deliveries_command, "replay": replay,
    }  # fmt: skip
    add_family(app, "webhook", _FAMILY, commands, {"create": _CREATE_HELP, "test": _TEST_HELP})


def create(
    name: Annotated[str, typer.Argument(help="Name of the webhook.")],
    workflow: Annotated[str, typer.Option(metavar="WORKFLOW|TEMPLATE", help="What a delivery starts.")],
    verify: Annotated[Verification, typer.Option(help="How the sender proves itself.")] = "standard",
    maps: Annotated[
        list[str] | None, typer.Option("--map", metavar="NAME=PATH", help="A parameter; may be repeated.")
    ] = None,
    mapping: Annotated[str | None, typer.Option(metavar="FILE|-", help="The mapping as a JSON object.")] = None,
    secret: Secret = None,
    secret_ref: SecretRef = None,
    as_json: AsJson = False,
) -> None:
    """Create a webhook."""
    from adops_pipeline.cli.webhook_input import mapping_given, secret_given
    from adops_pipeline.services.webhooks.directory import NewWebhook

    services = load_services()
    new = NewWebhook(name, workflow, verify, mapping_given(maps or [], mapping), secret_given(secret), secret_ref)
    with exit_on_refusal():
        webhook, key = services.webhooks.create(new)
    _print_with_key(services, webhook, key, as_json=as_json, done="Created")


def list_command(as_json: AsJson = False) -> None:
    """List webhooks: what they start, how often they have, and whether they are paused."""
    from adops_pipeline.services.documents.webhooks import webhook_document

    with exit_on_refusal():
        found = load_services().webhooks.every()
    if as_json:
        print_json([webhook_document(one) for one in found])
    elif found:
        from adops_pipeline.cli.webhook_views import list_webhooks

        list_webhooks(found)
    else:
        print_line("There is no webhook yet. Create one: adops webhook create --help")


def show(typed: WebhookId, as_json: AsJson = False) -> None:
    """Show a webhook with its endpoint and mapping."""
    from adops_pipeline.cli.webhook_views import show_webhook
    from adops_pipeline.services.documents.webhooks import webhook_document

    services = load_services()
    with exit_on_refusal():
        webhook = _chosen(services, typed)
    document = webhook_document(webhook) | {"endpoint": _endpoint(services, webhook)}
    print_json(document) if as_json else show_webhook(document)


def try_out(
    typed: WebhookId,
    payload: Annotated[str | None, typer.Option(metavar="FILE|-", help="The payload, a JSON object.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the parameters; send and start nothing.")] = False,
    secret: Secret = None,
    api: Annotated[str | None, typer.Option(metavar="URL", help="Address of the API (default: api.port here).")] = None,
) -> None:
    """Try a webhook out."""
    from adops_pipeline.cli.webhook_input import api_address, payload_given, secret_given

    if payload == secret == "-":
        fail("--payload - and --secret - both read standard input; give the payload as a file", USAGE)
    services = load_services()
    with exit_on_refusal():
        webhook = _chosen(services, typed)
        body = payload_given(payload)
        if dry_run:
            _print_dry_run(services, webhook, body)
            return
        address = api or api_address(services.settings.api)
        answer = services.webhook_trial.send(webhook.id, address.rstrip("/"), body, secret_given(secret))
    print_line(f"HTTP {answer.status}  {escape(answer.text)}")
    if answer.status >= 300:
        print_line(f"The reason is in the log: adops webhook deliveries {webhook.id[:SHORT]}")
        raise typer.Exit(FAILED)


def change(
    typed: WebhookId,
    name: Annotated[str | None, typer.Option(help="New name.")] = None,
    workflow: Annotated[
        str | None, typer.Option(metavar="WORKFLOW|TEMPLATE", help="What a delivery starts from now on.")
    ] = None,
    maps: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="NAME=PATH", help="A parameter, in place of the mapping before; repeatable."),
    ] = None,
    mapping: Annotated[
        str | None, typer.Option(metavar="FILE|-", help="The mapping as a JSON object, in place of the one before.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Change name, workflow or mapping; endpoint and key stay.

    Example: adops webhook change Shop --workflow monday-budget-review --map lookbackDays=14
    """
    from adops_pipeline.cli.webhook_input import mapping_given
    from adops_pipeline.services.documents.webhooks import webhook_document
    from adops_pipeline.services.webhooks.directory import WebhookChange

    new_mapping = mapping_given(maps or [], mapping) if maps or mapping is not None else None
    if name is None and workflow is None and new_mapping is None:
        fail("nothing to change is given: use --name, --workflow, --map or --mapping", USAGE)
    services = load_services()
    with exit_on_refusal():
        webhook = services.webhooks.change(_chosen(services, typed).id, WebhookChange(name, workflow, new_mapping))
    if as_json:
        print_json(webhook_document(webhook) | {"endpoint": _endpoint(services, webhook)})
    else:
        print_line(f"Changed webhook {escape(webhook.name)} ({webhook.id}).")


def rotate(
    typed: WebhookId,
    overlap_hours: Annotated[
        float, typer.Option(min=0, max=720, help="How long the present key is still accepted.")
    ] = 24,
    secret: Secret = None,
    secret_ref: SecretRef = None,
    as_json: AsJson = False,
) -> None:
    """Replace the key; the present one is accepted during the overlap.

    Examples: adops webhook rotate Shop, adops webhook rotate Stripe --secret - --overlap-hours 1
    """
    from adops_pipeline.cli.webhook_input import secret_given

    services = load_services()
    with exit_on_refusal():
        webhook, key = services.webhooks.rotate(
            _chosen(services, typed).id, overlap=timedelta(hours=overlap_hours), secret=secret_given(secret),
            secret_ref=secret_ref,
        )  # fmt: skip
    _print_with_key(services, webhook, key, as_json=as_json, done="Replaced the key of")


def pause(typed: WebhookId) -> None:
    """Pause a webhook: deliveries start nothing, and their payloads are kept for a replay.

    Example: adops webhook pause Shop
    """
    _switch(typed, active=False)


def resume(typed: WebhookId) -> None:
    """Let a paused webhook start its workflow again.

    Example: adops webhook resume Shop
    """
    _switch(typed, active=True)


def delete(typed: WebhookId) -> None:
    """Delete a webhook and its deliveries. The executions that it started stay.

    Example: adops webhook delete Shop
    """
    services = load_services()
    with exit_on_refusal():
        webhook = _chosen(services, typed)
        services.webhooks.remove(webhook.id)
    print_line(f"Deleted {escape(webhook.name)}.")


def deliveries_command(
    typed: WebhookId,
    status: Annotated[DeliveryStatus | None, typer.Option(help="Only deliveries with this status.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many to list at most.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List the deliveries of a webhook, newest first, with the reason why one started nothing.

    Example: adops webhook deliveries Shop --status rejected
    """
    services = load_services()
    with exit_on_refusal():
        found = services.webhooks.deliveries(_chosen(services, typed).id, limit, status=status)
    if as_json:
        from adops_pipeline.services.documents.webhooks import delivery_document

        print_json([delivery_document(one) for one in found])
    elif found:
        from adops_pipeline.cli.webhook_views import list_deliveries

        list_deliveries(found)
    else:
        print_line("There is no such delivery. Send one: adops webhook test --help")


def replay(
    typed: WebhookId,
    delivery: Annotated[str, typer.Argument(help="Id of the delivery, or its first 6 characters.")],
) -> None:
    """Start the workflow with the payload of a delivery again, under the present mapping.

    Example: adops webhook replay Shop 1f3a9c02
    """
    services = load_services()
    with exit_on_refusal():
        webhook = _chosen(services, typed)
        known = services.webhooks.deliveries(webhook.id, 1000)
        outcome = services.webhook_ingress.replay(
            webhook.id, by_prefix("delivery", delivery, [one.id for one in known])
        )
    if outcome.execution_id is None:
        fail(escape(outcome.detail))
    print_line(f"Requested execution {outcome.execution_id}.")


def _chosen(services: "Services", typed: str) -> "Webhook":
    """The webhook with this id, this beginning of an id, or this name if only one has it."""
    known = {webhook.id: webhook for webhook in services.webhooks.every()}
    return known[by_prefix("webhook", typed, known, {one.id: one.name for one in known.values()})]


def _endpoint(services: "Services", webhook: "Webhook") -> str:
    from adops_pipeline.cli.webhook_input import api_address

    return f"{api_address(services.settings.api)}/api/webhooks/{webhook.id}"


def _print_with_key(services: "Services", webhook: "Webhook", key: str | None, *, as_json: bool, done: str) -> None:
    from adops_pipeline.cli.webhook_views import print_key
    from adops_pipeline.services.documents.webhooks import webhook_document

    endpoint = _endpoint(services, webhook)
    if as_json:
        print_json(webhook_document(webhook) | {"endpoint": endpoint, "secret": key})
    else:
        print_key(webhook, endpoint, key, done)


def _print_dry_run(services: "Services", webhook: "Webhook", body: bytes | None) -> None:
    from adops_pipeline.cli.webhook_input import payload_of

    found = services.webhook_ingress.dry_run(webhook.id, None if body is None else payload_of(body))
    if found.parameters is not None:
        print_json(dict(found.parameters))
        return
    for line in found.problems:
        print_line(f"[red]parameter[/red] {escape(line)}")
    raise typer.Exit(UNFINISHED)


def _switch(typed: str, *, active: bool) -> None:
    services = load_services()
    with exit_on_refusal():
        webhook = services.webhooks.set_active(_chosen(services, typed).id, active=active)
    print_line(f"{escape(webhook.name)} {'accepts deliveries' if active else 'is paused'}.")
