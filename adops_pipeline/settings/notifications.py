"""Who is told, and from when on."""

from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, field_validator

from adops_pipeline.settings.base import Block


class NotificationSettings(Block):
    """Who is told. An address that is set here makes a receiver of its own; more are kept in the operational store."""

    slack_webhook_url: SecretStr | None = Field(None, description="Slack incoming webhook.")
    discord_webhook_url: SecretStr | None = Field(None, description="Discord webhook.")
    email_url: SecretStr | None = Field(
        None, description="smtp://user:password@host:587?from=ads@example.com&to=team@example.com (smtps: TLS)."
    )
    min_severity: Literal["info", "warning", "critical"] = Field(
        "warning", description="Nothing milder is sent to the addresses above."
    )
    events: str = Field(
        "alert.*,digest.*,report.*", description="Which events they are told of; comma-separated patterns."
    )
    dashboard_url: str | None = Field(
        None, pattern="^https?://", description="Address that links in messages begin with."
    )
    allow_loopback: bool = Field(default=False, description="Let addresses on this machine be receivers, for tests.")


class AlertSettings(Block):
    """From when on people are told, and what fires by itself."""

    over_ratio: float = Field(1.2, gt=1, le=10, description="Spent over the seasonal target from which it is told.")
    under_ratio: float = Field(0.7, gt=0, lt=1, description="Spent over the seasonal target below which it is told.")
    hold_minutes: int = Field(
        0, ge=0, le=1440, description="How long an alert must be gone before it counts as resolved."
    )
    pacing_check_ratio: float = Field(
        1.5, gt=1, le=100, description="Spent over the seasonal target from which a pacing-check starts by itself."
    )
    digest_hour: int = Field(7, ge=0, le=23, description="Hour of the morning digest, in digest_timezone.")
    digest_timezone: str = Field("UTC", description="IANA zone of the digest and the weekly report.")

    @field_validator("digest_timezone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (KeyError, OSError, ValueError):
            raise ValueError(f"{zone!r} is no IANA time zone") from None
        return zone
