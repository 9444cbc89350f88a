"""Promises of proposals with the platforms' own tools: under faults and crashes each change is made exactly once.

The emulated platforms keep a journal of what was written; it must have each change once, whatever happened on the way.
"""

import json
import shutil
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from adops_pipeline.operations.errors import RefusedError
from adops_pipeline.operations.proposals import Proposal
from adops_pipeline.services.proposals.service import ProposalService
from adops_pipeline.settings import load_settings
from adops_pipeline.wiring import Services, build_services
from adops_pipeline_tests.services.proposals.killing import Fuse, FusedStore, Killed, die

_GOOGLE, _META, _PINTEREST = "4403110926", "304756102938475", "549761220488"
CREATIONS: Mapping[str, dict[str, Any]] = {
    "meta_create_campaign": {
        "account_id": _META, "name": "Spring", "objective": "OUTCOME_TRAFFIC", "special_ad_categories": [],
        "daily_budget": "5000",
    },
    "google_ads_create_campaign": {
        "account_id": _GOOGLE, "name": "Spring", "daily_budget": "5000", "contains_eu_political_advertising": False,
    },
    "pinterest_create_campaign": {
        "account_id": _PINTEREST, "name": "Spring", "objective_type": "CONSIDERATION", "daily_budget": "50",
    },
}  # fmt: skip
UPDATES: Mapping[str, dict[str, Any]] = {
    "meta_update_campaign": {"account_id": _META, "campaign_id": "120210000003145011", "daily_budget": "55000"},
    "google_ads_update_campaign": {"account_id": _GOOGLE, "campaign_id": "21481507018", "status": "paused"},
    "google_ads_update_campaign_budget": {
        "account_id": _GOOGLE, "campaign_id": "21481507011", "daily_budget": "40000",
    },
    "pinterest_update_campaign": {"account_id": _PINTEREST, "campaign_id": "626740381011", "daily_budget": "240"},
}  # fmt: skip
_FAULTS = "throttled=0.1,server_error=0.15,timeout=0.15,truncated=0.1,expired_token=0.05"
_MOST_TRIES = 12


def _services(folder: Path, faults: str = "") -> Services:
    return build_services(load_settings(data_dir=folder, sandbox={"faults": faults}))


def _persist(service: ProposalService, tool: str, arguments: Mapping[str, Any]) -> Proposal | None:
    """What a patient person does: propose, and approve until it is settled."""
    one: Proposal | None = None
    for _ in range(_MOST_TRIES):
        with suppress(RefusedError):
            one = (
                service.propose(tool, arguments, by="kim", reason="x") if one is None else service.approve(one.id, "a")
            )
            if one.status in ("applied", "failed"):
                break
    return one


def _written(folder: Path) -> Counter[tuple[str, str, str]]:
    """How often each object was written, by platform and kind; one change may write a campaign and its budget."""
    lines = (folder / "sandbox" / "writes.ndjson").read_text().splitlines()
    found = (json.loads(line) for line in lines)
    return Counter((one["platform"], one["kind"], one["object_id"]) for one in found)


def _judge(folder: Path, changes: Mapping[str, Any]) -> None:
    written = _written(folder)
    assert set(written.values()) == {1}, written
    assert len({key for key in written if key[1] == "campaign"}) == len(changes)


def _under_faults(folder: Path, seed: int) -> None:
    changes = CREATIONS | UPDATES  # type: ignore[operator]
    services = _services(folder, f"{_FAULTS};seed={seed}")
    for tool, arguments in changes.items():
        one = _persist(services.proposals, tool, arguments)
        assert one is not None, tool
        assert one.status == "applied", one
    services.store.close()
    _judge(folder, changes)


def test_under_faults_each_change_is_made_once(data_dir: Path) -> None:
    _under_faults(data_dir, seed=4)


@pytest.mark.slow
def test_under_many_plans_of_faults_each_change_is_made_once(data_dir: Path) -> None:
    for seed in range(20):
        copy = shutil.copytree(data_dir, data_dir.parent / f"faults-{seed}")
        _under_faults(copy, seed)
        shutil.rmtree(copy)


def _fused(folder: Path, fuse: Fuse) -> ProposalService:
    services = _services(folder)
    store = FusedStore(services.settings.operations_url)
    store.fuse = fuse
    services.__dict__["store"] = store
    return services.proposals


@pytest.mark.slow
@pytest.mark.parametrize("tool", [*CREATIONS, *UPDATES])
def test_killed_at_every_point_of_the_store_each_change_is_made_once(data_dir: Path, tool: str) -> None:
    arguments, points, is_killed = (CREATIONS | UPDATES)[tool], 0, True  # type: ignore[operator]
    while is_killed:
        points += 1
        copy = shutil.copytree(data_dir, data_dir.parent / f"killed-{points}")
        is_killed = False
        try:
            _fused(copy, Fuse(points, die)).propose(tool, arguments, by="kim", reason="x")
        except Killed:
            is_killed = True
        services = _services(copy)
        known = services.proposals.list()
        assert {one.status for one in known} <= {"proposed", "approved", "applied"}
        if not any(one.status == "applied" for one in known):
            done = _persist(services.proposals, tool, arguments)
            assert done is not None
            assert done.status == "applied"
        services.store.close()
        _judge(copy, {tool: arguments})
        shutil.rmtree(copy)
    assert points > 20
