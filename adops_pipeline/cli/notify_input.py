"""Input of `adops notify add`: the address, which is never an argument, and the quiet hours. Nothing is stored here."""

import sys
from collections.abc import Mapping

import typer
from rich.markup import escape

from adops_pipeline.cli.console import USAGE, fail
from adops_pipeline.domain.vocabulary import Channel
from adops_pipeline.notifications.hosts import TargetError
from adops_pipeline.notifications.targets import check_address
from adops_pipeline.services.notifications.directory import is_reserved
from adops_pipeline.settings import NotificationSettings, Settings, named_secret


def address_given(channel: Channel, target: str | None, target_ref: str | None, settings: Settings) -> str | None:
    """The address from standard input; None if a variable holds it. Ends the command if the address is wrong."""
    own = settings.notifications
    if (target is None) == (target_ref is None):
        fail("give either --target-ref VARIABLE or --target - (which reads the address from standard input)", USAGE)
    if target_ref is not None:
        _check_reference(channel, target_ref, own)
        return None
    if target != "-":
        fail("an address is a secret and must not be an argument: use --target - and type or pipe it in", USAGE)
    address = _read(channel)
    _check(channel, address, own)
    return address


def _read(channel: Channel) -> str:
    if sys.stdin.isatty():
        return str(typer.prompt(f"Address of the {channel} receiver (not shown)", hide_input=True, err=True)).strip()
    return sys.stdin.read().strip()


def _check_reference(channel: Channel, name: str, own: NotificationSettings) -> None:
    """Reject names that begin with ADOPS_ but are not settings: every later command would fail on them."""
    if is_reserved(name):
        fail("names that begin with ADOPS_ are reserved for settings; choose another, e.g. TEAM_SLACK_WEBHOOK", USAGE)
    found = named_secret(name) if name.isidentifier() else None
    if found is not None:
        _check(channel, found.get_secret_value(), own, f"{name}: ")


def _check(channel: Channel, address: str, own: NotificationSettings, subject: str = "") -> None:
    try:
        check_address(channel, address, allow_loopback=own.allow_loopback, allow_http=own.allow_http)
    except TargetError as error:
        fail(f"{escape(subject)}{escape(str(error))}", USAGE)


def quiet_hours(hours: str | None, zone: str | None, days: str | None) -> Mapping[str, object] | None:
    """``22:00-07:00`` with a zone and days, as the store keeps them. The store checks the values."""
    if hours is None:
        if zone or days:
            fail("--zone and --days need --quiet, e.g. --quiet 22:00-07:00 --zone Europe/Berlin", USAGE)
        return None
    start, dash, end = hours.partition("-")
    if not dash:
        fail(f"--quiet {escape(repr(hours))} is not FROM-TO, e.g. 22:00-07:00", USAGE)
    given: dict[str, object] = {"start": start.strip(), "end": end.strip(), "timezone": zone or "UTC"}
    if days is not None:
        given["days"] = names(days.lower())
    return given


def names(text: str | None) -> list[str]:
    """``a, b`` as a list."""
    return [part.strip() for part in (text or "").split(",") if part.strip()]
