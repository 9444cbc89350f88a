"""Notification channels of the settings, and when alerts are sent."""

from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, field_validator

from adops_pipeline.domain.severity import Severity
from adops_pipeline.settings.base import Block

DEFAULT_WEBHOOK_EVENTS = "workflow.completed,workflow.failed,workflow.cancelled,alert.*"
"""What a program gets unless other events are named: executions that have ended, and alerts."""


class NotificationSettings(Block):
    """Notification channels. Each address set here is one receiver; the operational store keeps further ones."""

    slack_webhook_url: SecretStr | None = Field(None, description="Slack incoming webhook.")
    discord_webhook_url: SecretStr | None = Field(None, description="Discord webhook.")
    email_url: SecretStr | None = Field(
        None, description="smtp://user:password@host:587?from=ads@example.com&to=team@example.com (smtps: TLS)."
    )
    min_severity: Severity = Field(
        Severity.WARNING,
        description="Minimum severity of what is sent to the addresses above, and of a webhook's alerts.",
    )
    events: str = Field("alert.*,digest.*,report.*", description="Events to send, as comma-separated patterns.")
    webhook_url: SecretStr | None = Field(None, description="Address of a program that gets events, signed.")
    webhook_secret: SecretStr | None = Field(
        None, description="Key that signs them (whsec_…); two separated by a comma while one is being replaced."
    )
    webhook_events: str = Field(DEFAULT_WEBHOOK_EVENTS, description="Events to send to webhook_url, as patterns.")
    dashboard_url: str | None = Field(None, pattern="^https?://", description="Base address of links in messages.")
    allow_loopback: bool = Field(default=False, description="Allow addresses on this machine, for tests.")
    allow_http: bool = Field(default=False, description="Allow webhooks of programs without TLS.")


class AlertSettings(Block):
    """Which verdicts become alerts, and what starts automatically. `[severity]` sets how severe a verdict is."""

    min_severity: Severity = Field(
        Severity.WARNING,
        description="Verdicts on budgets, anomalies and benchmarks are alerts from this severity on.",
    )
    hold_minutes: int = Field(
        0, ge=0, le=1440, description="How long an alert must be absent before it counts as resolved."
    )
    pacing_check_ratio: float = Field(
        1.5,
        gt=1,
        le=100,
        description="Multiple of the target from which an overpacing budget starts a pacing-check.",
    )
    digest_hour: int = Field(7, ge=0, le=23, description="Hour of the morning digest, in digest_timezone.")
    digest_timezone: str = Field("UTC", description="IANA zone of the digest and the weekly report.")

    @field_validator("digest_timezone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (KeyError, OSError, ValueError):
            raise ValueError(f"{zone!r} is not an IANA time zone") from None
        return zone
