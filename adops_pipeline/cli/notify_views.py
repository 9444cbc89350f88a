"""Receivers and deliveries as people read them, and as JSON: where an address is found, never what it is."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.markup import escape

from adops_pipeline.cli.console import out
from adops_pipeline.cli.front import SHORT, grid, moment, print_line
from adops_pipeline.operations.configs import NotificationConfig
from adops_pipeline.operations.deliveries import Delivery, DeliveryStatus
from adops_pipeline.services.notifications.receivers import OF_SETTINGS, Receiver
from adops_pipeline.services.notifications.trial import Tested
from adops_pipeline.settings import named_secret, variable

CHANNEL_SETTINGS = {
    "slack": variable("notifications", "slack_webhook_url"),
    "discord": variable("notifications", "discord_webhook_url"),
    "email": variable("notifications", "email_url"),
}
"""The variable that makes a receiver of a channel."""
_COLOURS = {"sent": "green", "failed": "red", "expired": "magenta", "pending": "yellow", "sending": "cyan"}


def receiver_documents(own: Sequence[Receiver], kept: Sequence[NotificationConfig]) -> list[dict[str, Any]]:
    """All receivers: those of settings, then those of the store."""
    return [_of_settings(receiver) for receiver in own] + [config_document(config) for config in kept]


def _of_settings(receiver: Receiver) -> dict[str, Any]:
    wants = receiver.subscription
    return {
        "id": receiver.id, "name": wants.name, "channel": receiver.channel.value, "active": True,
        "address": CHANNEL_SETTINGS[receiver.channel.value], "events": list(wants.events),
        "min_severity": wants.min_severity.value, "platforms": [], "project_id": None, "quiet_hours": None,
    }  # fmt: skip


def config_document(config: NotificationConfig) -> dict[str, Any]:
    """A receiver that the store keeps; ``address`` says where it is found."""
    address = "stored, encrypted"
    if config.target_ref is not None:
        address = config.target_ref + ("" if named_secret(config.target_ref) else " (not set)")
    return {
        "id": config.id, "name": config.name, "channel": config.channel, "active": config.active, "address": address,
        "events": config.event_filter.split(","), "min_severity": config.min_severity,
        "platforms": list(config.platforms), "project_id": config.project_id, "quiet_hours": config.quiet_hours,
    }  # fmt: skip


def list_receivers(documents: Sequence[Mapping[str, Any]]) -> None:
    """A line a receiver."""
    table = grid("Id", "Name", "Channel", "State", "Address in", "Wants", fold=("Name", "Address in", "Wants"))
    for one in documents:
        state = "[green]on[/green]" if one["active"] else "[dim]off[/dim]"
        shown = one["id"] if one["id"].startswith(OF_SETTINGS) else one["id"][:SHORT]
        table.add_row(shown, escape(one["name"]), one["channel"], state, escape(one["address"]), escape(_wants(one)))
    out.print(table)
    print_line("Try them: adops notify test. What was sent: adops notify deliveries")


def _wants(one: Mapping[str, Any]) -> str:
    parts = [", ".join(one["events"]), f"from {one['min_severity']}"]
    if one["platforms"]:
        parts.append(", ".join(one["platforms"]))
    if one["project_id"]:
        parts.append(f"project {one['project_id']}")
    quiet = one["quiet_hours"]
    if quiet:
        parts.append(f"quiet {quiet['start']}-{quiet['end']} {quiet['timezone']}")
    return "; ".join(parts)


def print_tested(tested: Sequence[Tested]) -> None:
    """A line for each test message."""
    for one in tested:
        mark = "[green]✓[/green]" if one.is_sent else "[red]✗[/red]"
        name = f"{one.receiver.channel.value} {one.receiver.subscription.name} ({one.receiver.id})"
        print_line(f"{mark} {escape(name)}: {escape(one.detail)}")


def list_deliveries(rows: Sequence[Delivery], names: Mapping[str, str], counts: Mapping[DeliveryStatus, int]) -> None:
    """A line a message and receiver, newest first."""
    table = grid("Made", "Receiver", "Status", "Tries", "Message", "Next", "Reason", right=("Tries",),
                 fold=("Receiver", "Message", "Reason"))  # fmt: skip
    for row in rows:
        colour = _COLOURS[row.status.value]
        receiver = names.get(row.config_id, f"{row.config_id[:SHORT]} (gone)")
        table.add_row(
            moment(row.created_at), escape(f"{receiver} ({row.channel})"), f"[{colour}]{row.status.value}[/{colour}]",
            str(row.attempts), escape(str(row.message.get("title", ""))), moment(row.next_attempt_at),
            escape(row.last_error or ""),
        )  # fmt: skip
    out.print(table)
    print_line("In all: " + ", ".join(f"{count:,} {status.value}" for status, count in sorted(counts.items())))


def delivery_document(row: Delivery, names: Mapping[str, str]) -> dict[str, Any]:
    """A delivery as JSON."""
    return {
        "id": row.id, "receiver_id": row.config_id, "receiver": names.get(row.config_id), "channel": row.channel,
        "group": row.group_key, "title": row.message.get("title"), "status": row.status.value,
        "attempts": row.attempts, "created_at": row.created_at, "next_attempt_at": row.next_attempt_at,
        "sent_at": row.sent_at, "last_error": row.last_error,
    }  # fmt: skip
