"""`adops notify`: receivers, test messages and deliveries. No address is taken as an argument or printed."""

from typing import TYPE_CHECKING, Annotated, Literal, NoReturn

import typer
from rich.markup import escape

from adops_pipeline.cli.console import FAILED, USAGE, err, fail
from adops_pipeline.cli.family import AsJson, Commands, add_family
from adops_pipeline.cli.front import (
    SHORT,
    by_prefix,
    exit_on_refusal,
    load_services,
    login_name,
    print_json,
    print_line,
)
from adops_pipeline.domain.vocabulary import Channel

if TYPE_CHECKING:
    from adops_pipeline.services.notifications.directory import NotificationConfig
    from adops_pipeline.wiring import Services

_FAMILY = """Manage receivers (Slack, Discord, email, webhooks of programs), send test messages, and list deliveries.

Examples:

    adops notify add "Search team" --channel slack --target-ref TEAM_SLACK_WEBHOOK --platforms google-ads

    adops notify test --channel slack

    adops notify deliveries --status failed
"""
_ADD_HELP = """Add a receiver.

The address is a secret, so it is not given as an argument. Either --target-ref names the environment variable (or the
line in .env) that holds it; or --target - reads it from standard input, without showing it, and stores it encrypted,
which needs a key (see `adops notify new-key`).

An address is a Slack incoming webhook, a Discord webhook, for email
smtp://user:password@host:587?from=ads@example.com&to=team@example.com (smtps:// for TLS), or for a program any https://
address (--channel webhook). What a program gets is signed (Standard Webhooks): the key is made and shown once, or
--signing-ref names the environment variable that holds it.

Events are comma-separated patterns: alert.firing, alert.resolved, digest.daily, report.weekly, workflow.failed,
workflow.completed. * matches anything. A program can subscribe to any event of the live stream.

Examples:

    adops notify add "Search team" --channel slack --target-ref TEAM_SLACK_WEBHOOK --platforms google-ads

    adops notify add "On call" --channel discord --target - --quiet 22:00-07:00 --zone Europe/Berlin

    adops notify add "Data team" --channel webhook --target - --events workflow.completed,alert.*
"""
_DEFAULT_EVENTS = "alert.*,digest.*,report.*"
Status = Literal["pending", "sending", "sent", "failed", "expired"]
ReceiverId = Annotated[
    str, typer.Argument(metavar="ID", help="A receiver's name, its id, or the first 6 characters of its id.")
]


def register(app: typer.Typer) -> None:
    """Add the family."""
    commands: Commands = {
        "test": try_out, "list": list_command, "add": add, "remove": remove,
        "rotate": rotate, "on": switch_on, "off": switch_off, "deliveries": deliveries_command, "new-key": new_key,
    }  # fmt: skip
    add_family(app, "notify", _FAMILY, commands, {"add": _ADD_HELP})


def try_out(
    channel: Annotated[Channel | None, typer.Option(help="Only receivers of this channel.")] = None,
    receiver: Annotated[str | None, typer.Option(metavar="ID", help="Only this receiver, by id or name.")] = None,
    as_json: AsJson = False,
) -> None:
    """Send a test message to every receiver and print the outcome; exit code 1 if one could not be sent.

    Example: adops notify test --channel slack
    """
    services = load_services()
    with exit_on_refusal():
        wanted = None if receiver is None else _chosen(receiver, dict(services.receivers.names()))
        tested = services.receivers.send_tests(login_name(), channel=channel, receiver_id=wanted)
    if not tested:
        _fail_without_receiver(channel)
    if as_json:
        from adops_pipeline.services.documents.notifications import trial_document

        print_json([trial_document(one) for one in tested])
    else:
        from adops_pipeline.cli.notify_views import print_trials

        print_trials(tested)
    if not all(one.is_sent for one in tested):
        raise typer.Exit(FAILED)


def _fail_without_receiver(channel: str | None) -> NoReturn:
    """Name the variables to set."""
    from adops_pipeline.services.documents.notifications import CHANNEL_VARIABLES

    variables = [CHANNEL_VARIABLES[channel]] if channel else list(CHANNEL_VARIABLES.values())
    kind = f"no active {channel} receiver" if channel else "no active receiver"
    fail(
        f"there is {kind}: set {' or '.join(variables)} in .env or the environment, or add one with"
        f" `adops notify add NAME --channel {channel or 'slack'} --target-ref VARIABLE`"
    )


def list_command(as_json: AsJson = False) -> None:
    """List every receiver: those of the settings and those added with `adops notify add`."""
    from adops_pipeline.services.documents.notifications import CHANNEL_VARIABLES, receivers_document

    with exit_on_refusal():
        documents = receivers_document(load_services().receivers)
    if as_json:
        print_json(documents)
    elif documents:
        from adops_pipeline.cli.notify_views import list_receivers

        list_receivers(documents)
    else:
        print_line("There is no receiver yet, so nobody is notified. Add one: adops notify add --help")
        print_line(f"Or set {', '.join(CHANNEL_VARIABLES.values())} in .env.")


def add(
    name: Annotated[str, typer.Argument(help="Name of the receiver.")],
    *,
    channel: Annotated[Channel, typer.Option(help="How messages are sent.")],
    target_ref: Annotated[
        str | None, typer.Option(metavar="VARIABLE", help="Environment variable that holds the address.")
    ] = None,
    target: Annotated[
        str | None, typer.Option(metavar="-", help="Read the address from standard input and store it encrypted.")
    ] = None,
    events: Annotated[
        str | None,
        typer.Option(
            help="Patterns of events, comma-separated (default: alert.*,digest.*,report.*; for a webhook ended"
            " executions and alerts)."
        ),
    ] = None,
    signing_ref: Annotated[
        str | None, typer.Option(metavar="VARIABLE", help="Environment variable with the key of a webhook.")
    ] = None,
    min_severity: Annotated[
        Literal["info", "warning", "critical"], typer.Option(help="Minimum severity to send.")
    ] = "warning",
    platforms: Annotated[str | None, typer.Option(help="Only these platforms, comma-separated (default: all).")] = None,
    project: Annotated[str | None, typer.Option(metavar="ID", help="Only alerts of this project.")] = None,
    quiet: Annotated[
        str | None,
        typer.Option(metavar="FROM-TO", help="Quiet hours, e.g. 22:00-07:00; critical alerts are sent all the same."),
    ] = None,
    zone: Annotated[str | None, typer.Option(help="IANA time zone of the quiet hours (default: UTC).")] = None,
    days: Annotated[str | None, typer.Option(help="Days on which quiet hours begin: mon,tue,… (default: all).")] = None,
    as_json: AsJson = False,
) -> None:
    """Add a receiver."""
    from adops_pipeline.cli.notify_input import address_given, names, quiet_hours
    from adops_pipeline.services.documents.notifications import config_document
    from adops_pipeline.services.notifications.directory import NotificationFields
    from adops_pipeline.settings.notifications import DEFAULT_WEBHOOK_EVENTS

    services = load_services()
    address = address_given(channel, target, target_ref, services.settings)
    if not services.settings.secret_keys and (address is not None or (channel is Channel.WEBHOOK and not signing_ref)):
        fail(
            f"storing {'an address' if address is not None else 'a signing key'} needs an encryption key: make one with"
            " `adops notify new-key` and set it as ADOPS_SECRET_KEYS"
        )
    fields = NotificationFields(
        name=name, channel=channel, target_ref=target_ref, target=address, signing_ref=signing_ref,
        event_filter=events or (DEFAULT_WEBHOOK_EVENTS if channel is Channel.WEBHOOK else _DEFAULT_EVENTS),
        min_severity=min_severity, platforms=tuple(names(platforms)), project_id=project,
        quiet_hours=quiet_hours(quiet, zone, days),
    )  # fmt: skip
    with exit_on_refusal():
        kept = services.receivers.add(fields)
    document = config_document(kept, services.receivers.has_secret)
    if as_json:
        print_json(document | ({} if kept.new_key is None else {"key": kept.new_key}))
        return
    _print_added(kept, document["address"])


def _print_added(kept: "NotificationConfig", address: str) -> None:
    """What was added, its new key if one was made, and what to do next; ``address`` as it may be shown."""
    print_line(f"[green]✓[/green] Added {escape(kept.name)} as receiver {kept.id}.")
    if kept.new_key is not None:
        _print_key(kept.new_key)
    print_line(f"Test it: adops notify test --receiver {kept.id[:SHORT]}")
    if address.endswith("(not set)"):
        print_line(
            f"[yellow]{kept.target_ref} is not set yet[/yellow]: set it to the address in .env or the environment"
        )


def rotate(
    typed: ReceiverId,
    overlap_hours: Annotated[
        float, typer.Option(min=0, max=720, help="How long messages are signed with the old key as well.")
    ] = 24,
) -> None:
    """Make a new key for a webhook and show it once; until the overlap ends, the old key signs as well.

    Example: adops notify rotate "Data team" --overlap-hours 48
    """
    from datetime import timedelta

    services = load_services()
    with exit_on_refusal():
        config = _stored(services, typed)
        made = services.receivers.replace_key(config.id, timedelta(hours=overlap_hours))
    print_line(f"[green]✓[/green] {escape(config.name)} has a new key; the old one signs for {overlap_hours:g} h more.")
    _print_key(made.new_key or "")


def _print_key(key: str) -> None:
    print_line("Key to verify signatures with, not shown again:")
    print(key)


def remove(typed: ReceiverId) -> None:
    """Remove a receiver. The record of its deliveries is kept."""
    services = load_services()
    with exit_on_refusal():
        config = _stored(services, typed)
        services.receivers.remove(config.id)
    print_line(f"Removed {escape(config.name)}.")


def switch_on(typed: ReceiverId) -> None:
    """Switch a receiver on, also one that was switched off because it answered 410 Gone."""
    from adops_pipeline.services.notifications.receivers import SETTINGS_PREFIX

    services = load_services()
    if typed.startswith(SETTINGS_PREFIX) and typed in services.receivers.disabled():
        services.receivers.enable_of_settings(typed)
        print_line(f"{escape(typed)} is on.")
        return
    _switch(typed, active=True)


def switch_off(typed: ReceiverId) -> None:
    """Switch a receiver off: it is kept, but no messages are sent to it."""
    _switch(typed, active=False)


def deliveries_command(
    status: Annotated[Status | None, typer.Option(help="Only deliveries with this status.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many to list at most.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List deliveries, newest first, with the reason why one was not sent.

    Example: adops notify deliveries --status failed
    """
    from adops_pipeline.services.notifications.directory import DeliveryStatus

    directory = load_services().receivers
    with exit_on_refusal():
        names = directory.names()
        rows, counts = directory.deliveries(limit, None if status is None else DeliveryStatus(status))
    if as_json:
        from adops_pipeline.services.documents.notifications import delivery_document

        print_json([delivery_document(row, names) for row in rows])
    elif rows:
        from adops_pipeline.cli.notify_views import list_deliveries

        list_deliveries(rows, names, counts)
    else:
        which = f"No delivery has the status {status}." if status else "There is no delivery yet."
        print_line(f"{which} See what would be sent: adops alerts preview")


def new_key() -> None:
    """Make a key for stored addresses: prints the key on stdout and how to set it on stderr."""
    from adops_pipeline.services.notifications.directory import new_key as fresh_key

    print(fresh_key())
    err.print(
        "Set it as ADOPS_SECRET_KEYS in .env or the environment, and keep it: without it, stored addresses are lost.\n"
        "To replace a key, put the new one before the old one, separated by a comma.",
        highlight=False,
        soft_wrap=True,
    )


def _stored(services: "Services", typed: str) -> "NotificationConfig":
    """The stored receiver with this id or name. Ends the command if there is none or if settings define it."""
    from adops_pipeline.services.documents.notifications import CHANNEL_VARIABLES
    from adops_pipeline.services.notifications.receivers import SETTINGS_PREFIX

    channel = typed.removeprefix(SETTINGS_PREFIX)
    if typed.startswith(SETTINGS_PREFIX) and channel in CHANNEL_VARIABLES:
        fail(f"{typed} is defined by {CHANNEL_VARIABLES[channel]}; unset that instead", USAGE)
    kept = {config.id: config for config in services.receivers.of_store()}
    return kept[_chosen(typed, {config.id: config.name for config in kept.values()})]


def _chosen(typed: str, names: dict[str, str]) -> str:
    """The id of the receiver with this id, this beginning of an id, or this name if only one has it."""
    return by_prefix("receiver", typed, names, names)


def _switch(typed: str, *, active: bool) -> None:
    services = load_services()
    with exit_on_refusal():
        config = _stored(services, typed)
        services.receivers.set_active(config.id, active=active)
    print_line(f"{escape(config.name)} is {'on' if active else 'off'}.")
