"""A run, and one four days later, on two thirds of the market: prepared once for all modules that read their tables."""

import json
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from adops_pipeline.warehouse.connection import open_snapshot
from adops_pipeline.wiring import Services
from adops_pipeline_tests.integration import pipeline
from adops_pipeline_tests.templates import copy_into, prepared, prepared_on_empty

FIRST, LATER, DAYS = date(2026, 11, 10), date(2026, 11, 14), 75
NEWEST_DAY = "SELECT count(*), max(synced_at)::VARCHAR, max(date)::VARCHAR FROM analytics_metrics"
_RUNNING = (
    "SELECT platform, campaign_id, currency FROM analytics_budgets"
    " WHERE basis = 'daily' AND campaign_status = 'active' AND spent_to_date > 100 ORDER BY ALL"
)


@dataclass(frozen=True)
class LaterRun:
    """The folder of both runs, the monthly target of the second, and what a reader saw that was open throughout."""

    folder: Path
    target: dict[str, Any]
    read_before: list[Any]
    read_after: list[Any]


def services_of(data_dir: Path, day: date, days: int = DAYS, **settings: object) -> Services:
    """The services over a data folder on a day."""
    return pipeline.services_of(data_dir, day, days, **pipeline.TWO_ACTIVE_ACCOUNTS_EACH, **settings)


def first_run(factory: pytest.TempPathFactory) -> Path:
    """The data folder after the first run. For reading and copying only."""
    return prepared_on_empty(factory, "ran-once", lambda folder: pipeline.run(services_of(folder, FIRST)))


def later_run(factory: pytest.TempPathFactory) -> LaterRun:
    """Both runs; the second has a target that is used up. For reading and copying only."""

    def run_again(folder: Path) -> None:
        snapshot = copy_into(first_run(factory), folder) / "adops.duckdb"
        with open_snapshot(snapshot) as reader:
            platform, campaign, currency = reader.execute(_RUNNING).fetchall()[0]
            target = {"name": "Small", "amount": 50, "currency": currency, "campaigns": [f"{platform}:{campaign}"]}
            before = reader.execute(NEWEST_DAY).fetchone()
            pipeline.run(services_of(folder, LATER, targets=[target]))
            after = reader.execute(NEWEST_DAY).fetchone()
        shutil.rmtree(folder / "raw")  # many small files, which take longest to copy and which nobody reads
        (folder / "later.json").write_text(json.dumps([target, before, after]))

    folder = prepared(factory, "ran-twice", run_again)
    return LaterRun(folder, *json.loads((folder / "later.json").read_text()))
