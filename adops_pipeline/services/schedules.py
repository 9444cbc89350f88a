"""What `adops up` runs by itself: names, times and purposes, of which `defs.automation` makes Dagster's schedules."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from adops_pipeline.domain.agents.roster import ROSTER
from adops_pipeline.settings import Settings


@dataclass(frozen=True, slots=True)
class Schedule:
    """A schedule. ``cron`` is in ``timezone``; ``target`` is the workflow or template that it runs, if it runs one;
    of the kind ``agent`` the agent.
    """

    name: str
    title: str
    cron: str
    timezone: str
    description: str
    target: str | None = None
    kind: Literal["workflow", "agent"] = "workflow"


SYNC = Schedule(
    "sync_schedule",
    "Sync platforms",
    "0 */6 * * *",
    "UTC",
    "Every 6 hours: yesterday's spend arrives by morning in every time zone, restatements within a day.",
    "sync-platforms",
)

PRUNING = Schedule(
    "pruning_schedule",
    "Pruning",
    "30 3 * * *",
    "UTC",
    "Every night: what is older than the settings of [retention] is deleted.",
)

VERIFICATION = Schedule(
    "verification_schedule",
    "Raw files are read",
    "0 4 * * *",
    "UTC",
    "Every night: raw files that are damaged or missing are found and raise an alert.",
)


def digest(settings: Settings) -> Schedule:
    """The schedule of the daily digest."""
    own = settings.alerts
    return Schedule(
        "digest_schedule",
        "Daily digest",
        f"0 {own.digest_hour} * * *",
        own.digest_timezone,
        "Every morning: pacing, anomalies and firing alerts in one message.",
    )


def weekly_report(settings: Settings) -> Schedule:
    """The schedule of the weekly report."""
    own = settings.alerts
    return Schedule(
        "weekly_report_schedule",
        "Weekly cross-channel report",
        f"30 {own.digest_hour} * * 1",
        own.digest_timezone,
        "Every Monday morning: the platforms side by side, last week against the week before.",
        "weekly-cross-channel-report",
    )


def exports(settings: Settings) -> Schedule:
    """The schedule of exported files, half an hour before the digest."""
    own = settings.alerts
    return Schedule(
        "exports_schedule",
        "Exported files",
        f"30 {(own.digest_hour - 1) % 24} * * *",
        own.digest_timezone,
        "Every morning before the digest: the formats of exports.formats, and the Power BI project.",
    )


def of_agents(settings: Settings) -> Sequence[Schedule]:
    """The schedules of the agents, an hour after the digest; ``target`` is the agent."""
    own = settings.alerts
    return [
        Schedule(
            f"agent_{agent.id.replace('-', '_')}_schedule",
            f"Agent {agent.id}",
            f"0 {(own.digest_hour + 1) % 24} * * *",
            own.digest_timezone,
            f"Every morning after the digest, the {agent.id}: {agent.purpose}",
            agent.id,
            kind="agent",
        )
        for agent in ROSTER.values()
    ]


def agents_are_on(settings: Settings) -> bool:
    """Whether agents run by themselves from the start: while no platform is live."""
    return all(block.mode == "test" for block in settings.platforms.values())


def every(settings: Settings) -> Sequence[Schedule]:
    """All that are on with these settings."""
    files = (exports(settings),) if settings.exports.when == "daily" else ()
    agents = of_agents(settings) if agents_are_on(settings) else ()
    return (SYNC, PRUNING, VERIFICATION, *files, digest(settings), weekly_report(settings), *agents)
