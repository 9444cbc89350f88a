"""Rules of the analyses and of normalization, from settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adops_pipeline.settings import Settings

if TYPE_CHECKING:
    from adops_pipeline.services.analysis import Rules
    from adops_pipeline.warehouse.normalize import NormalizeOptions


def analysis_rules(settings: Settings) -> Rules:
    """The rules of the analyses, from settings."""
    from adops_pipeline.domain.allocation import AllocationRules
    from adops_pipeline.domain.benchmarks import BenchmarkRules
    from adops_pipeline.domain.calendar.days import CalendarRules
    from adops_pipeline.domain.pacing import MonthlyTarget, PacingRules
    from adops_pipeline.services.analysis import Rules

    pacing, allocation = settings.pacing, settings.allocation
    return Rules(
        pacing=PacingRules(**pacing.model_dump(), max_step_change=allocation.max_step_change),
        targets=tuple(MonthlyTarget(t.name, t.amount, t.currency, t.campaigns) for t in settings.targets),
        allocation=AllocationRules(**allocation.model_dump()),
        benchmarks=BenchmarkRules(**settings.benchmarks.model_dump()),
        severity=settings.severity.rules(),
        calendar=CalendarRules(
            settings.calendar.country,
            settings.calendar.countries,
            settings.calendar.public_holidays,
            settings.calendar.retail_events,
            tuple(event.event() for event in settings.events),
        ),
    )


def normalize_options(settings: Settings) -> NormalizeOptions:
    """Which of a platform's clicks and conversions count."""
    from adops_pipeline.warehouse.normalize import NormalizeOptions

    return NormalizeOptions(
        meta_purchase_priority=settings.meta_ads.purchase_priority,
        meta_clicks=settings.meta_ads.click_metric,
        pinterest_traffic=settings.pinterest.traffic,
    )
