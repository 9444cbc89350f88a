"""Silences."""

import pytest

from adops_pipeline.domain.alerts.matchers import Matcher
from adops_pipeline.domain.alerts.silences import Silence
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
