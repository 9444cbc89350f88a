"""Tables of inbound webhooks and their deliveries for the terminal. A key is shown once, where it is made."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from rich.markup import escape

from adops_pipeline.cli.console import err, out
from adops_pipeline.cli.front import SHORT, grid, moment, print_line
from adops_pipeline.services.webhooks.directory import Webhook, WebhookDelivery

_COLOURS = {"triggered": "green", "ignored": "cyan", "rejected": "red", "unmapped": "magenta", "paused": "yellow"}


def list_webhooks(found: Sequence[Webhook]) -> None:
    """Print a line for each webhook."""
    table = grid(
        "Id", "Name", "Starts", "Verification", "State", "Count", "Last", right=("Count",), fold=("Name", "Starts")
    )
    for one in found:
        state = "[green]on[/green]" if one.active else "[yellow]paused[/yellow]"
        table.add_row(
            one.id[:SHORT], escape(one.name), one.target, one.verification, state, f"{one.trigger_count:,}",
            moment(one.last_triggered_at),
        )  # fmt: skip
    out.print(table)


def show_webhook(document: Mapping[str, Any]) -> None:
    """Print one webhook."""
    for label, value in (
        ("Name", document["name"]),
        ("Id", document["id"]),
        ("Endpoint", document["endpoint"]),
        ("Starts", document["template"] or document["workflow_id"]),
        ("Verification", document["verification"]),
        ("Secret in", document["secret_ref"] or "the store"),
        ("State", "accepts deliveries" if document["active"] else "paused"),
        ("Started", f"{document['trigger_count']:,} executions, last {moment(document['last_triggered']) or 'never'}"),
        ("Mapping", json.dumps(document["params_mapping"], ensure_ascii=False)),
    ):
        print_line(f"[bold]{label:13}[/bold] {escape(str(value))}")


def print_key(webhook: Webhook, endpoint: str, key: str | None, done: str) -> None:
    """Print what the sender needs: the key on stdout, everything else on stderr."""
    lines = [f"{done} webhook {webhook.name} ({webhook.id}).", f"Endpoint: {endpoint}"]
    if webhook.previous_key_until is not None:
        lines.append(f"The key before is accepted until {moment(webhook.previous_key_until)} UTC.")
    if key is not None:
        lines.append("The key for the sender, which is not shown again:")
    err.print(escape("\n".join(lines)), highlight=False, soft_wrap=True)
    if key is not None:
        print(key)


def list_deliveries(found: Sequence[WebhookDelivery]) -> None:
    """Print a line for each delivery."""
    table = grid("Id", "Received", "Status", "Sender's id", "Repeats", "Execution", "Reason", right=("Repeats",),
                 fold=("Sender's id", "Reason"))  # fmt: skip
    for one in found:
        colour = _COLOURS[one.status]
        table.add_row(
            one.id[:SHORT], moment(one.received_at), f"[{colour}]{one.status}[/{colour}]", escape(one.call_id or ""),
            str(one.repeats), (one.execution_id or "")[:SHORT], escape(one.reason or ""),
        )  # fmt: skip
    out.print(table)
