"""`adops notify`: who is told, test messages, what was delivered. No address is taken as an argument or printed."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.markup import escape

from adops_pipeline.cli.console import FAILED, USAGE, err, fail
from adops_pipeline.cli.front import (
    SHORT,
    by_prefix,
    exit_on_refusal,
    load_services,
    login_name,
    print_json,
    print_line,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adops_pipeline.operations.configs import NotificationConfig
    from adops_pipeline.services.notifications.receivers import Receiver
    from adops_pipeline.wiring import Services

_FAMILY = """Notifications: receivers on Slack, Discord and by email; test messages; what was delivered.

Examples:

    adops notify add "Search team" --channel slack --target-ref TEAM_SLACK_WEBHOOK --platforms google-ads

    adops notify test --channel slack

    adops notify deliveries --status failed
"""
_ADD_HELP = """Add a receiver.

Where messages go is a secret: --target-ref names the environment variable (or line of .env) that holds the address;
--target - takes it from the keyboard, unseen, or from standard input, and keeps it encrypted (`adops notify new-key`).

An address is a Slack incoming webhook, a Discord webhook, or for email
smtp://user:password@host:587?from=ads@example.com&to=team@example.com (smtps:// for TLS).

Events are comma-separated patterns: alert.firing, alert.resolved, digest.daily, report.weekly, workflow.failed,
workflow.completed; * stands for anything.

Examples:

    adops notify add "Search team" --channel slack --target-ref TEAM_SLACK_WEBHOOK --platforms google-ads

    adops notify add "On call" --channel discord --target - --quiet 22:00-07:00 --zone Europe/Berlin
"""
ChannelName = Literal["slack", "discord", "email"]
Status = Literal["pending", "sending", "sent", "failed", "expired"]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]
ReceiverId = Annotated[
    str, typer.Argument(metavar="ID", help="A receiver's name or id; the id's first 6 characters will do.")
]


def register(app: typer.Typer) -> None:
    """Add the family."""
    family = typer.Typer(no_args_is_help=True, help=_FAMILY, rich_markup_mode="markdown")
    family.command(name="test")(try_out)
    family.command(name="list")(list_command)
    family.command(name="add", help=_ADD_HELP)(add)
    family.command(name="remove")(remove)
    family.command(name="on")(switch_on)
    family.command(name="off")(switch_off)
    family.command(name="deliveries")(deliveries_command)
    family.command(name="new-key")(new_key)
    app.add_typer(family, name="notify")


def try_out(
    channel: Annotated[ChannelName | None, typer.Option(help="Only receivers of this channel.")] = None,
    receiver: Annotated[str | None, typer.Option(metavar="ID", help="Only this one, by id or name.")] = None,
    as_json: AsJson = False,
) -> None:
    """Send a test message to every receiver at once, and say what came of each; exit code 1 when one was not sent.

    Example: adops notify test --channel slack
    """
    from adops_pipeline.cli.notify_views import print_tested
    from adops_pipeline.services.notifications.trial import send_tests

    services = load_services()
    with exit_on_refusal(), services.store.reading() as con:
        found = [one for one in services.receivers(con) if channel in (None, one.channel.value)]
    if receiver is not None:
        wanted = _chosen(receiver, {one.id: one.subscription.name for one in found})
        found = [one for one in found if one.id == wanted]
    if not found:
        _nobody(channel)
    tested = send_tests(found, services.clock(), login_name())
    if as_json:
        print_json(
            [
                {"id": one.receiver.id, "name": one.receiver.subscription.name, "channel": one.receiver.channel.value,
                 "sent": one.is_sent, "detail": one.detail}
                for one in tested
            ]
        )  # fmt: skip
    else:
        print_tested(tested)
    if not all(one.is_sent for one in tested):
        raise typer.Exit(FAILED)


def _nobody(channel: str | None) -> None:
    """Say what to set, by its name."""
    from adops_pipeline.cli.notify_views import CHANNEL_SETTINGS

    wanted = [CHANNEL_SETTINGS[channel]] if channel else list(CHANNEL_SETTINGS.values())
    kind = f"no {channel} receiver" if channel else "no receiver"
    flag = channel or "slack"
    fail(
        f"there is {kind}: set {' or '.join(wanted)} in .env or the environment, or add one with"
        f" `adops notify add NAME --channel {flag} --target-ref VARIABLE`"
    )


def list_command(as_json: AsJson = False) -> None:
    """Every receiver: those of the settings, and those that the store keeps."""
    from adops_pipeline.cli import notify_views as views

    own, kept = _everyone(load_services())
    documents = views.receiver_documents(own, kept)
    if as_json:
        print_json(documents)
    elif documents:
        views.list_receivers(documents)
    else:
        print_line("Nobody is told yet. adops notify add --help says how to make a receiver;")
        print_line(f"or set {', '.join(views.CHANNEL_SETTINGS.values())} in .env.")


def add(
    name: Annotated[str, typer.Argument(help="What people call it.")],
    channel: Annotated[ChannelName, typer.Option(help="How it is reached.")],
    target_ref: Annotated[
        str | None, typer.Option(metavar="VARIABLE", help="The variable that holds the address.")
    ] = None,
    target: Annotated[str | None, typer.Option(metavar="-", help="Type the address in, or pipe it.")] = None,
    events: Annotated[str, typer.Option(help="Patterns of events, comma-separated.")] = "alert.*,digest.*,report.*",
    min_severity: Annotated[
        Literal["info", "warning", "critical"], typer.Option(help="Nothing milder is sent.")
    ] = "warning",
    platforms: Annotated[str | None, typer.Option(help="Only these, comma-separated (default: all).")] = None,
    project: Annotated[str | None, typer.Option(metavar="ID", help="Only alerts of this project.")] = None,
    quiet: Annotated[
        str | None, typer.Option(metavar="FROM-TO", help="Quiet hours, e.g. 22:00-07:00; critical alerts pass.")
    ] = None,
    zone: Annotated[str | None, typer.Option(help="IANA time zone of the quiet hours (default: UTC).")] = None,
    days: Annotated[str | None, typer.Option(help="Days on which quiet begins: mon,tue,… (default: all).")] = None,
    as_json: AsJson = False,
) -> None:
    """Add a receiver."""
    from adops_pipeline.cli.notify_input import address_given, names, quiet_hours
    from adops_pipeline.cli.notify_views import config_document
    from adops_pipeline.domain.vocabulary import Channel
    from adops_pipeline.operations import configs, projects

    services = load_services()
    address = address_given(Channel(channel), target, target_ref, services.settings)
    fields = configs.NotificationFields(
        name=name, channel=channel, target_ref=target_ref, target=address, event_filter=events,
        min_severity=min_severity, platforms=tuple(names(platforms)), project_id=project,
        quiet_hours=quiet_hours(quiet, zone, days),
    )  # fmt: skip
    if address is not None and not services.settings.secret_keys:
        fail("to keep an address a key is needed: `adops notify new-key` makes one, ADOPS_SECRET_KEYS holds it")
    with exit_on_refusal(), services.store.writing() as con:
        if project is not None:
            projects.get(con, project)
        kept = configs.create(con, fields, services.secret_box, services.clock())
    document = config_document(kept)
    if as_json:
        print_json(document)
        return
    print_line(f"[green]✓[/green] {escape(kept.name)} is receiver {kept.id}.")
    print_line(f"Try it: adops notify test --receiver {kept.id[:SHORT]}")
    if document["address"].endswith("(not set)"):
        print_line(f"[yellow]{target_ref} is not set yet[/yellow]: put the address there, in .env or the environment")


def remove(typed: ReceiverId) -> None:
    """Forget a receiver; what it was sent stays in the ledger."""
    from adops_pipeline.operations import configs

    services = load_services()
    config = _config(services, typed)
    with exit_on_refusal(), services.store.writing() as con:
        configs.remove(con, config.id)
    print_line(f"{escape(config.name)} is told nothing any more.")


def switch_on(typed: ReceiverId) -> None:
    """Switch a receiver on."""
    _switch(typed, active=True)


def switch_off(typed: ReceiverId) -> None:
    """Switch a receiver off: it is kept, and told nothing."""
    _switch(typed, active=False)


def deliveries_command(
    status: Annotated[Status | None, typer.Option(help="Only those.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 20,
    as_json: AsJson = False,
) -> None:
    """What was sent to whom, newest first, and why it was not.

    Example: adops notify deliveries --status failed
    """
    from adops_pipeline.cli import notify_views as views
    from adops_pipeline.operations import deliveries
    from adops_pipeline.operations.deliveries import DeliveryStatus

    services = load_services()
    own, kept = _everyone(services)
    names = {one.id: one.subscription.name for one in own} | {config.id: config.name for config in kept}
    with exit_on_refusal(), services.store.reading() as con:
        rows = deliveries.latest(con, limit, None if status is None else DeliveryStatus(status))
        counts = deliveries.counts(con)
    if as_json:
        print_json([views.delivery_document(row, names) for row in rows])
    elif rows:
        views.list_deliveries(rows, names, counts)
    else:
        print_line(f"No delivery {f'is {status}' if status else 'yet'}. Who would get what: adops alerts preview")


def new_key() -> None:
    """Make a key for addresses that the store keeps: the key on stdout, how to set it on stderr."""
    from adops_pipeline.operations.secrets import new_key as fresh_key

    print(fresh_key())
    err.print(
        "Set it as ADOPS_SECRET_KEYS in .env or the environment, and keep it: without it, stored addresses are lost.\n"
        "To replace a key, put the new one before the old one, with a comma between them.",
        highlight=False,
        soft_wrap=True,
    )


def _everyone(services: "Services") -> "tuple[Sequence[Receiver], Sequence[NotificationConfig]]":
    """Receivers of settings, and all configs of the store, switched off or not."""
    from adops_pipeline.operations import configs
    from adops_pipeline.services.notifications.receivers import receivers_of_settings

    with exit_on_refusal(), services.store.reading() as con:
        kept = configs.every(con)
    return receivers_of_settings(services.settings.notifications), kept


def _config(services: "Services", typed: str) -> "NotificationConfig":
    from adops_pipeline.cli.notify_views import CHANNEL_SETTINGS
    from adops_pipeline.services.notifications.receivers import OF_SETTINGS

    channel = typed.removeprefix(OF_SETTINGS)
    if typed.startswith(OF_SETTINGS) and channel in CHANNEL_SETTINGS:
        fail(f"{typed} is made by {CHANNEL_SETTINGS[channel]}; unset that instead", USAGE)
    _, kept = _everyone(services)
    wanted = _chosen(typed, {config.id: config.name for config in kept})
    return next(config for config in kept if config.id == wanted)


def _chosen(typed: str, names: dict[str, str]) -> str:
    """The id that was typed, whole or its beginning, or that of the only receiver of this name."""
    called = [one for one, name in names.items() if name == typed]
    return called[0] if len(called) == 1 else by_prefix("receiver", typed, names)


def _switch(typed: str, *, active: bool) -> None:
    from adops_pipeline.operations import configs

    services = load_services()
    config = _config(services, typed)
    with exit_on_refusal(), services.store.writing() as con:
        configs.set_active(con, config.id, active=active)
    print_line(f"{escape(config.name)} is {'on' if active else 'off'}.")
