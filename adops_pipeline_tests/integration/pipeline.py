"""The main job without an orchestrator, in the test's process or in one that kills itself on the way."""

import os
import signal
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from adops_pipeline.clock import frozen_at
from adops_pipeline.domain.tables import TABLES
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.operations import alerts
from adops_pipeline.services import analysis, store_copy
from adops_pipeline.settings import load_settings
from adops_pipeline.warehouse import connection, frames, publish, raw_landing, unify
from adops_pipeline.warehouse.normalize import apply
from adops_pipeline.wiring import Services, build_services

ONE_ACCOUNT_EACH: dict[str, dict[str, list[str]]] = {
    "google_ads": {"accounts": ["4403110926"]},
    "meta_ads": {"accounts": ["304756102938475"]},
    "pinterest": {"accounts": ["549761220488"]},
}
"""Settings of a small market: one account of each platform."""
TWO_ACTIVE_ACCOUNTS_EACH: dict[str, dict[str, list[str]]] = {
    "google_ads": {"accounts": ["4201987305", "4403110926", "4504777210"]},
    "meta_ads": {"accounts": ["203847561029384", "304756102938475"]},
    "pinterest": {"accounts": ["549755885175", "549761220488"]},
}
"""Settings of a market of two thirds of the size: four currencies, an account without campaigns."""
BOUNDARIES: dict[str, tuple[Any, str]] = {
    "before a file is landed": (raw_landing.RawLanding, "_commit"),
    "between file and sidecar": (raw_landing, "replace_durably"),
    "before pulls are registered": (unify, "register_pulls"),
    "before a batch is applied": (apply, "_read_batch"),
    "before a batch is marked": (apply, "mark_applied"),
    "before reporting values": (unify, "apply_fx"),
    "before campaign totals": (unify, "refresh_campaign_metrics"),
    "before an analysis is written": (analysis, "replace_rows"),
    "within the write of an analysis": (frames, "_refuse_wrong"),
    "before alerts are saved": (alerts, "save_state"),
    "between saved alerts and their copy": (store_copy, "public_rows"),
    "while the store is copied": (store_copy, "replace_copy"),
    "while publishing": (publish, "_make_public"),
}
"""Points of a run by name, in the order in which a run reaches them: the function that is called there."""


def run(services: Services) -> None:
    """Pull, unify, analyse and publish. An account that fails does not stop the others."""
    for platform in Platform:
        services.sync.entities(platform)
        services.sync.catch_up(platform)
    services.pipeline.register_pulls()
    services.pipeline.load_rates()
    services.pipeline.unify_entities()
    services.pipeline.unify_daily()
    analyse(services)
    services.store_copy.refresh(services.alerting.evaluate)
    services.publish()


def analyse(services: Services) -> None:
    """Every analysis."""
    services.analysis.everything(services.test_definitions)


def services_of(data_dir: Path, as_of: date, days: int, **settings: object) -> Services:
    """The services over a data folder, at noon UTC of ``as_of``."""
    return build_services(load_settings(data_dir=data_dir, **settings), clock=frozen_at(as_of), days=days)


def dump(snapshot: Path, *, without: tuple[str, ...] = ()) -> dict[str, list[tuple[object, ...]]]:
    """The tables of a snapshot in key order, to compare two runs; without what is about the runs themselves."""
    names = [
        name
        for name, table in TABLES.items()
        if (table.concept != "operations" or name == "alerts") and name not in without
    ]
    with connection.open_snapshot(snapshot) as con:
        return {name: con.execute(f"{_selected(name)} ORDER BY ALL").fetchall() for name in names}


def _selected(name: str) -> str:
    without_run = " EXCLUDE (run_id)" if "run_id" in TABLES[name].column_names else ""
    return f"SELECT *{without_run} FROM {name}"


def run_until_killed(
    data_dir: Path, as_of: date, days: int, boundary: str, visit: int, settings: Mapping[str, object]
) -> None:
    """Run, and kill this process (SIGKILL: nothing is cleaned up) when it reaches the boundary the N-th time."""
    die_at(BOUNDARIES[boundary], visit)
    run(services_of(data_dir, as_of, days, **settings))


def die_at(boundary: tuple[Any, str], visit: int) -> None:
    """Let this process kill itself at the N-th call of a function, given by its module or class and its name."""
    owner, name = boundary
    original: Callable[..., object] = getattr(owner, name)
    visits = 0

    def fatal(*args: object, **kwargs: object) -> object:
        nonlocal visits
        visits += 1
        if visits == visit:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*args, **kwargs)

    setattr(owner, name, fatal)
