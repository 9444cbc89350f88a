"""What people get without asking: the morning digest and the weekly report."""

from zoneinfo import ZoneInfo

import dagster as dg

from adops_pipeline.wiring import Services


@dg.op(description="Put the digest of the morning into the ledger of everyone who listens to digests.")
def tell_digest(services: dg.ResourceParam[Services]) -> int:
    """Gives the number of receivers."""
    zone = ZoneInfo(services.settings.alerts.digest_timezone)
    return services.relay.digest(services.clock().astimezone(zone).date())


@dg.job(description="What is on pace, what is unusual, what is firing: one message in the morning.")
def send_digest() -> None:
    """One op."""
    tell_digest()
