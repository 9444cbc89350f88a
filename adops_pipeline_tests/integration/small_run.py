"""A run on a small market: prepared once for all modules that read or copy its folder."""

from datetime import date
from pathlib import Path

import pytest

from adops_pipeline.wiring import Services
from adops_pipeline_tests.integration import pipeline
from adops_pipeline_tests.templates import prepared_on_empty

AS_OF, DAYS = date(2026, 11, 10), 28
# So few accounts may hold nothing severe: alerts of every severity are kept.
SETTINGS: dict[str, object] = {"alerts": {"min_severity": "info"}, **pipeline.ONE_ACCOUNT_EACH}


def services_of(folder: Path, day: date = AS_OF) -> Services:
    """The services over a data folder on a day."""
    return pipeline.services_of(folder, day, DAYS, **SETTINGS)


def run(folder: Path) -> None:
    """Run on the day of the prepared run."""
    pipeline.run(services_of(folder))


def small_run(factory: pytest.TempPathFactory) -> Path:
    """The data folder of one run. For reading and copying only."""
    return prepared_on_empty(factory, "small-run", run)
