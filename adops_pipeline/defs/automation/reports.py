"""Scheduled messages: the morning digest."""

from zoneinfo import ZoneInfo

import dagster as dg

from adops_pipeline.wiring import Services


@dg.op(description="Queues the morning digest for every receiver that subscribes to digests.")
def queue_digest(services: dg.ResourceParam[Services]) -> int:
    """Queue the digest; the number of receivers."""
    zone = ZoneInfo(services.settings.alerts.digest_timezone)
    return services.relay.digest(services.clock().astimezone(zone).date())


@dg.job(description="Sends the morning digest: pacing, anomalies and firing alerts in one message.")
def send_digest() -> None:
    """One op."""
    queue_digest()
