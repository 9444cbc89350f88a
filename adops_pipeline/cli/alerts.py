"""`adops alerts`: list, preview, evaluate, silence and acknowledge alerts."""

import re
from datetime import timedelta
from typing import Annotated

import typer
from rich.markup import escape

from adops_pipeline.cli.console import USAGE, fail
from adops_pipeline.cli.family import AsJson, By, Commands, add_family
from adops_pipeline.cli.front import (
    by_prefix,
    exit_on_refusal,
    load_services,
    login_name,
    moment,
    print_json,
    print_line,
)

_FAMILY = """List, preview, silence, acknowledge and evaluate alerts.

Examples:

    adops alerts list

    adops alerts silence platform=meta-ads alertname=overpacing --for 4h --comment "client informed"

    adops alerts preview
"""
_SILENCE_HELP = """Silence alerts: nobody is notified of those that all MATCHERs match until the time is over.

A matcher is LABEL=VALUE, LABEL!=VALUE, LABEL=~REGEX or LABEL!~REGEX. A regular expression must match the whole value;
quote it in the shell. Labels are alertname, severity, source, and those that `adops alerts list --json` shows, such as
platform, account_id, campaign_id, campaign_name, metric and project_id. A missing label counts as empty; one that no
alert can have is refused, like a name, severity, source or platform that no alert has.

Examples:

    adops alerts silence platform=meta-ads alertname=overpacing --for 4h --comment "client informed"

    adops alerts silence 'campaign_name=~"Sale.*"' severity!=critical --for 2d --comment "sale ends on Sunday"
"""
_DURATION = re.compile(r"(?:(\d{1,4})d)?(?:(\d{1,5})h)?(?:(\d{1,6})m(?:in)?)?")
_LONGEST = timedelta(days=366)


def register(app: typer.Typer) -> None:
    """Add the family."""
    commands: Commands = {
        "list": list_command, "preview": preview, "evaluate": evaluate,
        "silence": silence, "silences": silences_command, "unsilence": unsilence, "ack": ack,
    }  # fmt: skip
    add_family(app, "alerts", _FAMILY, commands, {"silence": _SILENCE_HELP})


def list_command(
    everything: Annotated[bool, typer.Option("--all", help="Include alerts that resolved recently.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the alerts that fire, most severe first."""
    alerting = load_services().alerting
    with exit_on_refusal():
        records = alerting.known() if everything else alerting.firing()
    if as_json:
        from adops_pipeline.services.documents.alerts import alert_document

        print_json([alert_document(record) for record in records])
    elif records:
        from adops_pipeline.cli import alert_views as views

        views.list_alerts(records)
        views.print_counts(records)
    else:
        print_line("No alert is firing. Alerts are evaluated after every sync. Evaluate now: adops alerts evaluate")


def preview(as_json: AsJson = False) -> None:
    """Show, for every firing alert and receiver, whether it would be sent, why, and when. Nothing is sent."""
    alerting = load_services().alerting
    with exit_on_refusal():
        found = alerting.preview()
    if as_json:
        from adops_pipeline.services.documents.alerts import preview_document

        print_json([preview_document(row) for row in found.rows])
        return
    if found.rows:
        from adops_pipeline.cli import alert_views as views

        views.list_preview(found)
    else:
        print_line("No alert is firing, so there is nothing to send. Evaluate alerts now: adops alerts evaluate")
    if not found.has_receivers:
        print_line("[yellow]There is no receiver[/yellow], so nobody is notified. Add one: adops notify add --help")


def evaluate(as_json: AsJson = False) -> None:
    """Evaluate all alert rules over the current tables. Messages are sent by `adops up`."""
    services = load_services()
    with exit_on_refusal():
        summary = services.alerting.evaluate()
    if as_json:
        from adops_pipeline.services.documents.alerts import changes_document

        print_json(changes_document(summary.changes))
        return
    print_line(" ".join(summary.in_words()))
    if summary.changes.new:
        from adops_pipeline.cli.alert_views import list_alerts

        list_alerts(summary.changes.new)


def silence(
    matchers: Annotated[list[str], typer.Argument(metavar="MATCHER", help="All of them must match.")],
    length: Annotated[str, typer.Option("--for", metavar="TIME", help="Duration: 30m, 4h, 2d, 1d12h.")],
    comment: Annotated[str, typer.Option(help="The reason, shown with the silence.")],
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Silence alerts."""
    services = load_services()
    with exit_on_refusal():
        kept, muted = services.silences.add(matchers, _length(length), author=_person(by), comment=comment)
    if as_json:
        from adops_pipeline.services.documents.alerts import silence_document

        print_json(silence_document(kept, services.clock()) | {"muted_now": muted})
    else:
        count = "1 alert that fires now" if muted == 1 else f"{muted} alerts that fire now"
        print_line(f"Silence {kept.id} lasts until {moment(kept.ends_at)} UTC and mutes {count}.")


def silences_command(
    everything: Annotated[bool, typer.Option("--all", help="Include silences that have ended.")] = False,
    as_json: AsJson = False,
) -> None:
    """List silences that are active or begin later."""
    services = load_services()
    with exit_on_refusal():
        kept = services.silences.every(with_ended=everything)
    if as_json:
        from adops_pipeline.services.documents.alerts import silence_document

        print_json([silence_document(one, services.clock()) for one in kept])
    elif kept:
        from adops_pipeline.cli.alert_views import list_silences

        list_silences(kept, services.clock())
    else:
        print_line("There is no silence. See how to add one: adops alerts silence --help")


def unsilence(
    typed: Annotated[str, typer.Argument(metavar="ID", help="A silence's id, or its first 6 characters.")],
    as_json: AsJson = False,
) -> None:
    """End a silence now."""
    services = load_services()
    with exit_on_refusal():
        known = by_prefix("silence", typed, (one.id for one in services.silences.every()))
        services.silences.end(known)
    if as_json:
        print_json({"id": known, "ended_at": services.clock()})
    else:
        print_line(f"Silence {known} has ended.")


def ack(
    typed: Annotated[
        list[str], typer.Argument(metavar="FINGERPRINT", help="An alert's fingerprint, or its first 6 characters.")
    ],
    by: By = None,
    note: Annotated[str, typer.Option(help="What is being done about them, shown with the alerts.")] = "",
    as_json: AsJson = False,
) -> None:
    """Acknowledge alerts: no reminders are sent until they resolve or become more severe."""
    services = load_services()
    with exit_on_refusal():
        firing = [record.fingerprint for record in services.alerting.firing()]
        known = [by_prefix("firing alert", one, firing) for one in typed]
        records = services.alerting.acknowledge(known, _person(by), note)
    if as_json:
        print_json({"acknowledged": known})
        return
    for record in records:
        print_line(f"[green]✓[/green] {record.fingerprint} {escape(record.alert.summary)}")


def _person(by: str | None) -> str:
    return (by or "").strip() or login_name()


def _length(text: str) -> timedelta:
    """``4h``, ``1d12h``, ``30m``."""
    found = _DURATION.fullmatch(text.strip().lower())
    days, hours, minutes = (int(part or 0) for part in found.groups()) if found else (0, 0, 0)
    length = timedelta(days=days, hours=hours, minutes=minutes)
    if not timedelta(0) < length <= _LONGEST:
        fail(f"--for {escape(repr(text))} is not a duration such as 30m, 4h, 2d or 1d12h, of at most 366 days", USAGE)
    return length
