"""Alerts and their fingerprints."""

from dataclasses import replace

import pytest

from adops_pipeline.domain.severity import Severity
from adops_pipeline_tests.domain.alerts.scenes import alert, at


def test_the_fingerprint_is_of_what_it_is_about_not_of_figures_names_or_severity() -> None:
    first = alert("A", campaign_name="Sale", project_id="p1")
    later = replace(alert("A", Severity.CRITICAL, campaign_name="Sale 2"), summary="other", details={"ratio": 2.0})
    assert first.fingerprint == later.fingerprint
    others = [alert("B"), alert("A", account_id="act_2"), alert("A", metric="cpa"), alert("A", name="underpacing")]
    assert len({one.fingerprint for one in (first, *others)}) == 5


def test_the_fingerprint_stays_the_same_over_releases() -> None:
    assert alert("A").fingerprint == "dabc2036561cc129"


def test_an_empty_label_is_none() -> None:
    assert alert("A", metric="") == alert("A")


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"name": ""}, "name"),
        ({"labels": {"severity": "info"}}, "severity cannot be a label"),
        ({"details": {"ratio": float("nan")}}, "not finite"),
        ({"starts_at": at(0).replace(tzinfo=None)}, "time zone"),
    ],
)
def test_nonsense_is_refused(change: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        replace(alert("A"), **change)  # type: ignore[arg-type]
