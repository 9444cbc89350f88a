"""What pages with filters share: the period that was asked for, and what the form offers."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import Query, Request

from adops_pipeline.dashboard.filters import Choice, FilterBar, FilterQuery
from adops_pipeline.dashboard.parts import part
from adops_pipeline.dashboard.reading import Published
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.wiring import Services

PLATFORM_NAMES: Mapping[Platform, str] = {
    Platform.GOOGLE_ADS: "Google Ads", Platform.META_ADS: "Meta Ads", Platform.PINTEREST: "Pinterest",
}  # fmt: skip
PLATFORM_COLOURS: Mapping[Platform, str] = {
    Platform.GOOGLE_ADS: "platform-google_ads", Platform.META_ADS: "platform-meta",
    Platform.PINTEREST: "platform-pinterest",
}  # fmt: skip
"""Names of the colours, the same on every page."""
FiltersDep = Annotated[FilterQuery, Query()]
"""The filters of the address."""


def filter_bar(request: Request, query: FilterQuery, published: Published) -> FilterBar:
    """What the form of the filters offers. Without the store it offers no projects."""
    services: Services = request.app.state.services
    projects = part(lambda: services.projects.every(()), "Projects cannot be read").value or []
    newest = published.newest
    everything = published.comparison(FilterQuery(preset="90d").period(newest), "currency")
    return FilterBar(
        query=query,
        projects=sorted(
            (Choice(value=one.id, label=one.fields.name) for one in projects), key=lambda one: one.label.casefold()
        ),
        currencies=sorted({group.currency for group in everything.groups}),
        span=query.span(newest),
    )
