"""Silences."""

from dataclasses import replace

import pytest

from adops_pipeline.domain.alerts.alert import Alert
from adops_pipeline.domain.alerts.matchers import Matcher
from adops_pipeline.domain.alerts.muting import Inhibitor
from adops_pipeline.domain.alerts.silences import DEFAULT_INHIBITIONS, Silence
from adops_pipeline_tests.domain.alerts.scenes import alert, at

ON_A = (Matcher("campaign_id", "=", "A"), Matcher("severity", "!=", "critical"))


def test_a_silence_holds_from_its_start_until_before_its_end_for_what_matches_all() -> None:
    silence = Silence("s", ON_A, at(10), at(20), "jo")
    assert [silence.mutes(alert("A"), at(second)) for second in (9, 10, 19, 20)] == [False, True, True, False]
    assert not silence.mutes(alert("B"), at(15))


@pytest.mark.parametrize("matchers", [(), (Matcher("metric", "=~", ".*"),), (Matcher("metric", "!=", "cpa"),)])
def test_a_silence_for_everything_is_refused(matchers: tuple[Matcher, ...]) -> None:
    with pytest.raises(ValueError, match="everything"):
        Silence("s", matchers, at(10), at(20), "jo")


def test_a_silence_that_ends_before_it_starts_or_is_nobodys_is_refused() -> None:
    with pytest.raises(ValueError, match="end"):
        Silence("s", ON_A, at(10), at(10), "jo")
    with pytest.raises(ValueError, match="author"):
        Silence("s", ON_A, at(10), at(20), " ")


def missing(name: str, platform: str, account: str = "") -> Alert:
    """An alert on a sync, as the rules of data quality write it."""
    return alert("", name=name, platform=platform, account_id=account)


@pytest.mark.parametrize(
    ("cause", "consequence"),
    [
        (missing("account-sync-failed", "meta-ads", "1"), alert("A", account_id="1")),
        (missing("account-stale", "meta-ads", "1"), alert("A", account_id="1")),
        (missing("platform-sync-failed", "meta-ads"), alert("A", account_id="1")),
        (missing("platform-sync-failed", "meta-ads"), missing("account-sync-failed", "meta-ads", "1")),
        (missing("platform-sync-failed", "meta-ads"), missing("account-stale", "meta-ads", "1")),
        (missing("account-sync-failed", "meta-ads", "1"), missing("account-stale", "meta-ads", "1")),
    ],
)
def test_of_missing_data_only_the_failed_sync_is_told(cause: Alert, consequence: Alert) -> None:
    found = Inhibitor(DEFAULT_INHIBITIONS, [cause, consequence]).inhibited_by(consequence)
    assert found is not None
    assert found[1] is cause
    assert Inhibitor(DEFAULT_INHIBITIONS, [cause, consequence]).inhibited_by(cause) is None
    elsewhere = replace(cause, labels={**cause.labels, "platform": "pinterest", "account_id": "2"})
    assert Inhibitor(DEFAULT_INHIBITIONS, [elsewhere]).inhibited_by(consequence) is None
