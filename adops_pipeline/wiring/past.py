"""The world of an earlier day, built beside today's."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from adops_pipeline.warehouse.connection import Warehouse
from adops_pipeline.wiring.base import SNAPSHOT_NAME, WAREHOUSE_KEEP_SECONDS
from adops_pipeline.wiring.container import Services

if TYPE_CHECKING:
    from adops_pipeline.services.past import PastWorld


def past_world(services: Services) -> PastWorld | None:
    """The world of the clock's day, where anything was pulled later; None if the clock shows the newest moment."""
    from adops_pipeline.services.kept_results import KeptResults
    from adops_pipeline.services.past import PastWorld
    from adops_pipeline.warehouse.publish import publish
    from adops_pipeline.warehouse.queries.past import find_past
    from adops_pipeline.warehouse.raw_landing import RawLanding

    with services.warehouse.reading() as con:
        past = find_past(con, services.clock())
    if past is None:
        return None
    folder = services.settings.past_folder(past.day)

    def clock() -> datetime:
        return past.instant

    warehouse = Warehouse(folder / services.settings.warehouse_target, keep_seconds=WAREHOUSE_KEEP_SECONDS)
    return PastWorld(
        past=past,
        folder=folder,
        present=services.warehouse,
        pipeline=replace(
            services.pipeline,
            warehouse=warehouse,
            landing=RawLanding(services.landing.root, through=past.pulled_through),
            publish=lambda: publish(warehouse, folder / SNAPSHOT_NAME),
        ),
        analysis=replace(services.analysis, warehouse=warehouse, clock=clock, kept=KeptResults()),
        outcomes=replace(services.outcomes, warehouse=warehouse, clock=clock),
        alerting=replace(services.alerting, warehouse=warehouse, clock=clock),
        store_copy=replace(services.store_copy, warehouse=warehouse, clock=clock, only_until_now=True),
        definitions=lambda: services.tests_since(past.first_day),
    )
