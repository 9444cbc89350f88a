"""`adops alerts`: what fires, who is told, what is silenced, what somebody knows of. How it looks: alert_views."""

import re
from datetime import timedelta
from typing import Annotated

import typer
from rich.markup import escape

from adops_pipeline.cli.console import USAGE, fail
from adops_pipeline.cli.front import (
    by_prefix,
    exit_on_refusal,
    load_services,
    login_name,
    moment,
    print_json,
    print_line,
)

_FAMILY = """Alerts: list, preview, silence, acknowledge, evaluate.

Examples:

    adops alerts list

    adops alerts silence platform=meta-ads alertname=overpacing --for 4h --comment "client informed"

    adops alerts preview
"""
_SILENCE_HELP = """Silence the alerts that all MATCHERs hold for. Nobody is told of them until the time is over.

A matcher is LABEL=VALUE, LABEL!=VALUE, LABEL=~EXPRESSION or LABEL!~EXPRESSION (regular expressions, anchored at both
ends; quote them in the shell). Labels are alertname, severity, source and those of the alert, as `adops alerts list
--json` shows them: platform, account_id, campaign_id, campaign_name, metric, project_id … A label that an alert has not
counts as empty.

Examples:

    adops alerts silence platform=meta-ads alertname=overpacing --for 4h --comment "client informed"

    adops alerts silence 'campaign_name=~"Sale.*"' severity!=critical --for 2d --comment "sale ends on Sunday"
"""
_DURATION = re.compile(r"(?:(\d{1,4})d)?(?:(\d{1,5})h)?(?:(\d{1,6})m(?:in)?)?")
_LONGEST = timedelta(days=366)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]


def register(app: typer.Typer) -> None:
    """Add the family."""
    family = typer.Typer(no_args_is_help=True, help=_FAMILY, rich_markup_mode="markdown")
    family.command(name="list")(list_command)
    family.command(name="preview")(preview)
    family.command(name="evaluate")(evaluate)
    family.command(name="silence", help=_SILENCE_HELP)(silence)
    family.command(name="silences")(silences_command)
    family.command(name="unsilence")(unsilence)
    family.command(name="ack")(ack)
    app.add_typer(family, name="alerts")


def list_command(
    everything: Annotated[bool, typer.Option("--all", help="Those that have resolved, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """What fires now, gravest first; with --all also what has resolved lately."""
    from adops_pipeline.cli import alert_views as views
    from adops_pipeline.domain.alerts.alert import most_severe_first
    from adops_pipeline.operations import alerts

    with exit_on_refusal(), load_services().store.reading() as con:
        known = list(alerts.load_state(con).alerts.values()) if everything else alerts.firing(con)
    records = sorted(known, key=lambda record: (record.resolved_at is not None, most_severe_first(record.alert)))
    if as_json:
        print_json([views.alert_document(record) for record in records])
    elif records:
        views.list_alerts(records)
        views.sum_up(records)
    else:
        print_line("No alert is firing. They are evaluated after every sync; now: adops alerts evaluate")


def preview(as_json: AsJson = False) -> None:
    """Who would get what: for every alert that fires and every receiver, whether, why and when. Nothing is sent."""
    from adops_pipeline.cli import alert_views as views
    from adops_pipeline.domain.alerts.engine import Policy
    from adops_pipeline.domain.alerts.preview import preview as preview_alerts
    from adops_pipeline.operations import alerts

    services = load_services()
    now = services.clock()
    with exit_on_refusal(), services.store.reading() as con:
        state = alerts.load_state(con)
        firing = [record.alert for record in state.alerts.values() if record.resolved_at is None]
        policy = Policy(tuple(receiver.subscription for receiver in services.receivers(con)))
        rows = preview_alerts(firing, policy, alerts.every_silence(con, since=now), now, state)
    if as_json:
        print_json([views.preview_document(row) for row in rows])
        return
    if rows:
        views.list_preview(rows, {alert.fingerprint: views.subject_of(alert) for alert in firing})
    else:
        print_line("No alert is firing, so nobody would be told anything. Evaluate them now: adops alerts evaluate")
    if not policy.subscriptions:
        print_line(
            "[yellow]Nobody is told[/yellow]: there is no receiver. adops notify add --help says how to make one."
        )


def evaluate(as_json: AsJson = False) -> None:
    """Judge the tables as they are now: alerts begin, go on or resolve. Messages are sent by `adops up`."""
    from adops_pipeline.cli import alert_views as views

    services = load_services()
    with exit_on_refusal():
        evaluated = services.alerting.evaluate()
    changes = evaluated.changes
    if as_json:
        parts = {"new": changes.new, "still": changes.still, "worsened": changes.worsened, "resolved": changes.resolved}
        print_json({name: [views.alert_document(record) for record in records] for name, records in parts.items()})
        return
    print_line(" ".join(evaluated.in_words()))
    if changes.new:
        views.list_alerts(changes.new)


def silence(
    matchers: Annotated[list[str], typer.Argument(metavar="MATCHER", help="All of them must hold.")],
    length: Annotated[str, typer.Option("--for", metavar="TIME", help="How long: 30m, 4h, 2d, 1d12h.")],
    comment: Annotated[str, typer.Option(help="Why; whoever wonders reads it.")],
    by: Annotated[str | None, typer.Option(help="Who silences (default: your login name).")] = None,
    as_json: AsJson = False,
) -> None:
    """Silence alerts."""
    from adops_pipeline.cli import alert_views as views
    from adops_pipeline.operations import alerts

    services = load_services()
    now = services.clock()
    if not comment.strip():
        fail("--comment must say why; whoever wonders reads it", USAGE)
    with exit_on_refusal(), services.store.writing() as con:
        kept = alerts.add_silence(
            con, matchers, starts_at=now, ends_at=now + _length(length), author=_person(by),
            comment=comment.strip(),
        )  # fmt: skip
        muted = sum(kept.mutes(record.alert, now) for record in alerts.firing(con))
    if as_json:
        print_json(views.silence_document(kept, now) | {"muted_now": muted})
    else:
        told = f"{muted} alert{'' if muted == 1 else 's'} that {'fires' if muted == 1 else 'fire'} now"
        print_line(f"Silence {kept.id} until {moment(kept.ends_at)} UTC; it mutes {told}.")


def silences_command(
    everything: Annotated[bool, typer.Option("--all", help="Those that are over, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Silences that are in force, or to come, or with --all over."""
    from adops_pipeline.cli import alert_views as views
    from adops_pipeline.operations import alerts

    services = load_services()
    now = services.clock()
    with exit_on_refusal(), services.store.reading() as con:
        kept = alerts.every_silence(con, since=None if everything else now)
    if as_json:
        print_json([views.silence_document(one, now) for one in kept])
    elif kept:
        views.list_silences(kept, now)
    else:
        print_line("Nothing is silenced. adops alerts silence --help says how it is done.")


def unsilence(
    typed: Annotated[str, typer.Argument(metavar="ID", help="A silence's id; its first 6 characters will do.")],
    as_json: AsJson = False,
) -> None:
    """End a silence now."""
    from adops_pipeline.operations import alerts

    services = load_services()
    now = services.clock()
    with exit_on_refusal(), services.store.writing() as con:
        known = by_prefix("silence", typed, (one.id for one in alerts.every_silence(con, since=now)))
        alerts.end_silence(con, known, now)
    if as_json:
        print_json({"id": known, "ended_at": now})
    else:
        print_line(f"Silence {known} is over.")


def ack(
    typed: Annotated[list[str], typer.Argument(metavar="FINGERPRINT", help="The first 6 characters will do.")],
    by: Annotated[str | None, typer.Option(help="Who knows of it (default: your login name).")] = None,
    as_json: AsJson = False,
) -> None:
    """Acknowledge alerts: somebody knows. They are not repeated until they resolve or grow graver."""
    from adops_pipeline.domain.alerts.evaluation import acknowledge
    from adops_pipeline.operations import alerts

    services = load_services()
    with exit_on_refusal(), services.store.writing() as con:
        before = after = alerts.load_state(con)
        firing = [name for name, record in before.alerts.items() if record.resolved_at is None]
        known = [by_prefix("firing alert", one, firing) for one in typed]
        for fingerprint in known:
            after = acknowledge(after, fingerprint, _person(by), services.clock())
        alerts.save_state(con, before, after)
    if as_json:
        print_json({"acknowledged": known})
        return
    for fingerprint in known:
        print_line(f"[green]✓[/green] {fingerprint} {escape(after.alerts[fingerprint].alert.summary)}")


def _person(by: str | None) -> str:
    return (by or "").strip() or login_name()


def _length(text: str) -> timedelta:
    """``4h``, ``1d12h``, ``30m``."""
    found = _DURATION.fullmatch(text.strip().lower())
    days, hours, minutes = (int(part or 0) for part in found.groups()) if found else (0, 0, 0)
    length = timedelta(days=days, hours=hours, minutes=minutes)
    if not timedelta(0) < length <= _LONGEST:
        fail(f"--for {escape(repr(text))} is no time such as 30m, 4h, 2d or 1d12h, of at most a year", USAGE)
    return length
