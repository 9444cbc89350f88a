"""A stage for messages: a services with three receivers on loopback, a clock that tests move, alerts by the thousand.

`act` is what a process does that tests kill: evaluate, flush, send, with SIGKILL at the N-th visit of a boundary.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from adops_pipeline.domain.alerts.alert import Alert
from adops_pipeline.domain.messages import stored_message
from adops_pipeline.domain.severity import Severity
from adops_pipeline.notifications import discord, slack
from adops_pipeline.notifications.email import message_id
from adops_pipeline.operations import alerts, deliveries
from adops_pipeline.operations.deliveries import Delivery
from adops_pipeline.services.notifications import notifier
from adops_pipeline.settings import load_settings
from adops_pipeline.wiring import Services, build_services
from adops_pipeline_tests.integration.pipeline import die_at
from adops_pipeline_tests.notifications.mailboxes import Mailboxes, running_mailboxes
from adops_pipeline_tests.notifications.receivers import Receiver, running_receiver

START = datetime(2026, 11, 23, 9, tzinfo=UTC)
SOURCE = "pacing"
SENDER, TEAM = "ads@example.com", "team@example.com"
RECEIVERS = ("settings-slack", "settings-discord", "settings-email")
_KINDS = (
    ("budget-overpacing", Severity.CRITICAL),
    ("budget-underpacing", Severity.WARNING),
    ("metric-anomaly", Severity.WARNING),
    ("benchmark-worse", Severity.INFO),
)
_PLATFORMS = ("google-ads", "meta-ads", "pinterest")
GROUPS = len(_KINDS) * len(_PLATFORMS)
_NEWS = re.compile(r"(?:· (New) ·|(Resolved) ).*?(Campaign \d{4}) ")

BOUNDARIES: dict[str, tuple[Any, str]] = {
    "before what fires is saved": (alerts, "save_state"),
    "while messages are put into the ledger": (deliveries, "enqueue"),
    "before a message is claimed": (deliveries, "claim"),
    "between claim and sending": (notifier, "send"),
    "between sending and note": (deliveries, "sent"),
}


def many_alerts(number: int) -> list[Alert]:
    """So many alerts over twelve groups, each about a campaign that its summary names: ``Campaign 0417``."""
    return [
        Alert(
            name,
            SOURCE,
            severity,
            {"platform": _PLATFORMS[n // len(_KINDS) % len(_PLATFORMS)], "campaign_id": f"{n:04d}"},
            f"Campaign {n:04d} has spent EUR 1,310.00 of the EUR 1,000.00 that its seasonal target allows by today",
            START,
        )
        for n in range(number)
        for name, severity in [_KINDS[n % len(_KINDS)]]
    ]


@dataclass
class MovedClock:
    """Stands still until a test moves it."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass(frozen=True)
class Addresses:
    """Where the three receivers listen."""

    slack_webhook_url: str
    discord_webhook_url: str
    email_url: str


@dataclass
class Servers:
    """Slack, Discord and a mail server, each on a port of its own."""

    slack: Receiver
    discord: Receiver
    mail: Mailboxes
    addresses: Addresses = field(init=False)

    def __post_init__(self) -> None:
        mail = f"smtp+plain://127.0.0.1:{self.mail.port}?from={SENDER}&to={TEAM}"
        self.addresses = Addresses(self.slack.slack_url, self.discord.discord_url, mail)

    def came(self) -> dict[str, Counter[str]]:
        """What arrived at each receiver, and how often: payloads as JSON, mails by their id."""
        return {
            "settings-slack": Counter(_text(payload) for payload in self.slack.arrived),
            "settings-discord": Counter(_text(payload) for payload in self.discord.arrived),
            "settings-email": Counter(str(mail["Message-ID"]) for _, mail in self.mail.arrived),
        }


@contextmanager
def servers() -> Iterator[Servers]:
    """The three, until the block ends."""
    with running_receiver() as slack_, running_receiver() as discord_, running_mailboxes() as mail:
        yield Servers(slack_, discord_, mail)


def services_of(data_dir: Path, clock: Callable[[], datetime], addresses: Addresses) -> Services:
    """A services that tells the three everything about alerts."""
    told = {**vars(addresses), "events": "alert.*", "min_severity": "info", "allow_loopback": True}
    return build_services(load_settings(data_dir=data_dir, notifications=told), clock=clock)


def act(data_dir: Path, addresses: Addresses, number: int, boundary: str, visit: int) -> None:
    """Evaluate at the start, flush when the groups have waited, send; die on the way."""
    clock = MovedClock()
    services = services_of(data_dir, clock, addresses)
    die_at(BOUNDARIES[boundary], visit)
    services.alerting.set_firing(many_alerts(number), [SOURCE])
    clock.forward(30)
    services.alerting.enqueue_due()
    services.notifier.send_due()


def ledger(services: Services) -> list[Delivery]:
    """Every message of the ledger."""
    with services.store.reading() as con:
        return deliveries.latest(con, 10_000)


def told(services: Services, word: str) -> dict[str, Counter[str]]:
    """By receiver, the campaigns that the ledger's messages list as ``New`` or ``Resolved``, and how often."""
    found: dict[str, Counter[str]] = {receiver: Counter() for receiver in RECEIVERS}
    for delivery in ledger(services):
        for item in delivery.message["items"]:
            match = _NEWS.search(item["text"])
            if match is not None and word in match.groups():
                found[delivery.config_id][match[3]] += 1
    return found


def as_it_arrives(delivery: Delivery) -> str:
    """The delivery as `Servers.came` counts it."""
    message = stored_message(delivery.message)
    if delivery.channel == "email":
        return message_id(message, SENDER)
    return _text(slack.to_payload(message) if delivery.channel == "slack" else discord.to_payload(message))


def _text(payload: object) -> str:
    return json.dumps(payload, sort_keys=True)
