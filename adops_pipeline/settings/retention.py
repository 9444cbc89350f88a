"""Settings of what is deleted when it is old."""

from pydantic import Field

from adops_pipeline.domain.retention import FOR_EVER_DAYS, Ages
from adops_pipeline.settings.base import Block


class RetentionSettings(Block):
    """Days for which things are kept; `adops prune` and the daily schedule delete older ones. 36500 keeps for ever."""

    raw_days: int = Field(
        90,
        ge=1,
        le=FOR_EVER_DAYS,
        description="Raw files that newer pulls have superseded; the newest of each account and day always stays.",
    )
    event_days: int = Field(
        90, ge=7, le=FOR_EVER_DAYS, description="Events, of which the newest 90 days are published; those unread stay."
    )
    activity_days: int = Field(365, ge=7, le=FOR_EVER_DAYS, description="Entries of the activity feed.")
    delivery_days: int = Field(
        90, ge=7, le=FOR_EVER_DAYS, description="Messages that were sent, failed or expired; those that wait stay."
    )
    dagster_days: int = Field(
        30,
        ge=2,
        le=FOR_EVER_DAYS,
        description="Dagster's runs that have ended, their events and logs; the newest of each asset and month stays.",
    )
    as_of_days: int = Field(
        30, ge=1, le=FOR_EVER_DAYS, description="Snapshots of past days; `--as-of` makes them again."
    )
    damaged_days: int = Field(90, ge=7, le=FOR_EVER_DAYS, description="Damaged files that were kept aside.")
    log_days: int = Field(30, ge=1, le=FOR_EVER_DAYS, description="Reports of crashes in the folder logs.")
    leftover_days: int = Field(
        7, ge=1, le=FOR_EVER_DAYS, description="Unfinished files that failed or killed processes left behind."
    )

    def ages(self, inbound_deliveries: int) -> Ages:
        """The same for the services; inbound deliveries have a setting of the API's."""
        return Ages(
            raw=self.raw_days,
            events=self.event_days,
            activity=self.activity_days,
            deliveries=self.delivery_days,
            inbound_deliveries=inbound_deliveries,
            dagster=self.dagster_days,
            as_of=self.as_of_days,
            damaged=self.damaged_days,
            logs=self.log_days,
            leftovers=self.leftover_days,
        )
