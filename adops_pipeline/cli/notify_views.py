"""Tables of receivers, test messages and deliveries for the terminal. No address is shown."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.markup import escape

from adops_pipeline.cli.console import out
from adops_pipeline.cli.front import SHORT, grid, moment, print_line
from adops_pipeline.services.notifications.directory import Delivery, DeliveryStatus
from adops_pipeline.services.notifications.receivers import SETTINGS_PREFIX
from adops_pipeline.services.notifications.trial import TrialResult

_COLOURS = {"sent": "green", "failed": "red", "expired": "magenta", "pending": "yellow", "sending": "cyan"}


def list_receivers(documents: Sequence[Mapping[str, Any]]) -> None:
    """Print a line for each receiver."""
    table = grid("Id", "Name", "Channel", "State", "Address", "Receives", fold=("Name", "State", "Address", "Receives"))
    for one in documents:
        state = "[green]on[/green]" if one["active"] else "[dim]off[/dim]"
        if one["disabled_reason"]:
            state = f"[red]off[/red]: {escape(one['disabled_reason'])}"
        shown = one["id"] if one["id"].startswith(SETTINGS_PREFIX) else one["id"][:SHORT]
        table.add_row(shown, escape(one["name"]), one["channel"], state, escape(one["address"]), escape(_wants(one)))
    out.print(table)
    print_line("Test them: adops notify test. List what was sent: adops notify deliveries")


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


def print_trials(tested: Sequence[TrialResult]) -> None:
    """Print a line for each test message."""
    for one in tested:
        mark = "[green]✓[/green]" if one.is_sent else "[red]✗[/red]"
        name = f"{one.receiver.channel.value} {one.receiver.subscription.name} ({one.receiver.id})"
        print_line(f"{mark} {escape(name)}: {escape(one.detail)}")


def list_deliveries(rows: Sequence[Delivery], names: Mapping[str, str], counts: Mapping[DeliveryStatus, int]) -> None:
    """Print a line for each delivery, and how many there are with each status."""
    table = grid("Created", "Receiver", "Status", "Attempts", "Message", "Next try", "Reason", right=("Attempts",),
                 fold=("Receiver", "Message", "Reason"))  # fmt: skip
    for row in rows:
        colour = _COLOURS[row.status.value]
        receiver = names.get(row.config_id, f"{row.config_id[:SHORT]} (removed)")
        table.add_row(
            moment(row.created_at), escape(f"{receiver} ({row.channel})"), f"[{colour}]{row.status.value}[/{colour}]",
            str(row.attempts), escape(str(row.message.get("title", ""))), moment(row.next_attempt_at),
            escape(row.last_error or ""),
        )  # fmt: skip
    out.print(table)
    print_line("Total: " + ", ".join(f"{count:,} {status.value}" for status, count in sorted(counts.items())))
