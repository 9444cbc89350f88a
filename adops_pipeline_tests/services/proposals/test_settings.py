"""Promises of the settings: on real platforms nothing applies by itself unless somebody says so."""

from pathlib import Path
from typing import Any

import pytest

from adops_pipeline.domain.proposals.caps import Caps
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.settings import load_settings
from adops_pipeline.wiring import build_services

_LIVE: dict[str, Any] = {"meta_ads": {"mode": "live", "access_token": "planted"}}
_EMULATED = {Platform.GOOGLE_ADS, Platform.PINTEREST}


@pytest.mark.parametrize(
    ("proposals", "expected"),
    [
        ({}, _EMULATED),
        ({"apply_automatically": "test"}, _EMULATED),
        ({"apply_automatically": "never"}, set()),
        ({"apply_automatically": "always"}, set(Platform)),
    ],
)
def test_what_applies_by_itself(data_dir: Path, proposals: dict[str, str], expected: set[Platform]) -> None:
    services = build_services(load_settings(data_dir=data_dir, proposals=proposals, **_LIVE))
    assert set(services.proposals.applier.checks.policy.automatic) == expected


def test_caps_are_those_of_the_settings(data_dir: Path) -> None:
    own = {"max_change_per_step_pct": 1, "max_money_per_change": 2, "max_money_per_day": 3, "max_changes_per_day": 4}
    services = build_services(load_settings(data_dir=data_dir, proposals=own | {"expires_after_hours": 5}))
    policy = services.proposals.applier.checks.policy
    assert policy.caps == Caps(*own.values())  # type: ignore[arg-type]
    assert (policy.expires_after.total_seconds(), policy.reporting_currency) == (5 * 3600, "USD")
