"""Publishes the snapshot, and says so in the event stream: the new version, and campaigns whose figures changed."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adops_pipeline.clock import Clock
from adops_pipeline.operations import events
from adops_pipeline.operations.errors import StoreError
from adops_pipeline.operations.store import Store
from adops_pipeline.warehouse.connection import Warehouse
from adops_pipeline.warehouse.metric_news import CampaignMetrics
from adops_pipeline.warehouse.publish import Published, publish
from adops_pipeline.warehouse.queries.snapshot_reader import version_of

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Publishing:
    """Publications of one installation."""

    warehouse: Warehouse
    store: Callable[[], Store]
    clock: Clock
    path: Path

    def publish(self) -> Published:
        """Replace the snapshot with the warehouse's current contents, and announce it."""
        published = publish(self.warehouse, self.path)
        try:
            self._announce(published)
        except StoreError as error:
            _log.warning("the publication is not announced: %s", error)
        return published

    def _announce(self, published: Published) -> None:
        """Append the events. Updates of figures are superseded by later ones: old ones are deleted."""
        now, news = self.clock(), published.news
        data = {"version": version_of(self.path.stat()), "changed_campaigns": news.changed, "bytes": published.bytes}
        with self.store().writing() as con:
            events.forget_updates(con)
            events.append_updates(con, now, [(one.campaign_id, one.platform, _update(one)) for one in news.updates])
            events.append(con, "snapshot.published", at=now, data=data)


def _update(one: CampaignMetrics) -> dict[str, Any]:
    metrics = {
        "from": one.first_day.isoformat(), "to": one.last_day.isoformat(), "currency": one.currency,
        "impressions": one.impressions, "clicks": one.clicks, "spend": one.spend, "conversions": one.conversions,
        "revenue": one.revenue,
    }  # fmt: skip
    return {"campaign_id": one.campaign_id, "metrics": metrics}
