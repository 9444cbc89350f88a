"""What a page reads: the API's documents as typed models, all of them from one snapshot."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from typing import Any

from fastapi import Request
from pydantic import BaseModel

from adops_pipeline.api.models import page_model
from adops_pipeline.api.routes.reporting import Reporting, reporting_figures
from adops_pipeline.services.documents.campaigns import (
    CampaignDetail,
    CampaignPage,
    CampaignPeriod,
    campaign_document,
    campaigns_document,
)
from adops_pipeline.services.documents.listing import listing_document
from adops_pipeline.services.documents.overview import (
    Comparison,
    Overview,
    Trend,
    comparison_document,
    overview_document,
    trend_document,
)
from adops_pipeline.services.documents.pacing_days import PacingDays, pacing_days_document
from adops_pipeline.services.documents.periods import ComparedPeriod, Period
from adops_pipeline.services.documents.resources import RESOURCES, Resource
from adops_pipeline.warehouse.queries.daily_sums import DailySums
from adops_pipeline.warehouse.queries.snapshot_reader import Snapshot
from adops_pipeline.wiring import Services


class Published:
    """The published data. Methods are named for the API's operations and return their models."""

    def __init__(self, snapshot: Snapshot, reporting: str) -> None:
        self.snapshot = snapshot
        self._reporting = reporting

    @property
    def newest(self) -> date | None:
        """The last complete day; None without data."""
        return self.snapshot.get(DailySums).newest

    def overview(self, period: Period) -> Overview:
        """Totals and days of a period, against the period before."""
        return Overview.model_validate_json(overview_document(self.snapshot, period, self._reporting))

    def reporting(self, period: Period) -> Reporting:
        """The period in the reporting currency: totals, platforms, days, budgets."""
        return reporting_figures(self.snapshot, period, self._reporting)

    def comparison(self, period: Period, by: str) -> Comparison:
        """A period against the one before, by platform, account, project or currency."""
        compared = ComparedPeriod.model_validate(period.model_dump() | {"by": by})
        return Comparison.model_validate_json(comparison_document(self.snapshot, compared))

    def campaigns(self, query: CampaignPeriod) -> CampaignPage:
        """A page of campaigns."""
        document = campaigns_document(self.snapshot, query, self._reporting)
        return CampaignPage.model_validate_json(document)

    def campaign(self, campaign_id: str, period: Period) -> CampaignDetail:
        """One campaign. Raises DocumentError where there is none."""
        document = campaign_document(self.snapshot, campaign_id, period)
        return CampaignDetail.model_validate_json(document)

    def trend(self, campaign_id: str, period: Period) -> Trend:
        """The days of a campaign. Raises DocumentError where there is none."""
        return Trend.model_validate_json(trend_document(self.snapshot, campaign_id, period))

    def pacing_days(self, budget_id: str) -> PacingDays:
        """The days of a budget's period. Raises DocumentError where there is none."""
        return PacingDays.model_validate_json(pacing_days_document(self.snapshot, budget_id))

    def rows(self, path: str, **query: Any) -> Any:  # noqa: ANN401 - the model is made from the registry
        """A page of `GET /api/analytics/<path>` with these parameters (snake_case): ``items``, ``total``, …

        The rows have the names of the API, in camelCase.
        """
        resource, parameters, page = _models(path)
        return page.model_validate_json(
            listing_document(resource, parameters.model_validate(query, by_name=True), self.snapshot)
        )


@contextmanager
def reading(request: Request) -> Iterator[Published]:
    """The newest published data. Raises WarehouseError before there are any."""
    services: Services = request.app.state.services
    with services.snapshots.reading() as snapshot:
        yield Published(snapshot, services.settings.reporting_currency)


@lru_cache(maxsize=32)
def _models(path: str) -> tuple[Resource, type[BaseModel], type[BaseModel]]:
    """A listed table with the models of its parameters and its pages."""
    resource = next(one for one in RESOURCES if one.path == path)
    return resource, resource.query, page_model(resource.row)
