"""The whole container, and how it is built from settings.

`services.platforms` decides how a platform is reached. What few commands use is imported at first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from adops_pipeline.clock import Clock, system_clock
from adops_pipeline.settings import Settings
from adops_pipeline.warehouse.connection import Warehouse
from adops_pipeline.wiring.base import WAREHOUSE_KEEP_SECONDS
from adops_pipeline.wiring.tools import ToolServices

if TYPE_CHECKING:
    from adops_pipeline.services.run_outcome import RunJournal
    from adops_pipeline.services.sync import ProgressSink


class Services(ToolServices):
    """Everything a front needs, built from settings."""


def build_services(
    settings: Settings,
    *,
    clock: Clock = system_clock,
    days: int | None = None,
    progress: ProgressSink = lambda _: None,
    journal: RunJournal | None = None,
) -> Services:
    """Build everything from settings; opens nothing yet. ``days`` of history override the setting."""
    from adops_pipeline.services.run_outcome import RunJournal
    from adops_pipeline.warehouse.raw_landing import RawLanding

    journal = journal or RunJournal()
    warehouse = Warehouse(settings.data_dir / settings.warehouse_target, keep_seconds=WAREHOUSE_KEEP_SECONDS)
    landing = RawLanding(settings.data_dir / "raw")
    return Services(settings, clock, warehouse, landing, journal, days, progress)
