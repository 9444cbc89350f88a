"""Rules planted in a market are learned, wrong and empty ones do not pass, and the run is reproducible."""

import pytest

from adops_pipeline_tests.domain.learnings import measured_market
from adops_pipeline_tests.domain.learnings.market import Learned, false_passes, is_right, learned

_SEEDS = 20


@pytest.fixture(scope="module")
def markets() -> list[Learned]:
    return [learned(seed) for seed in range(_SEEDS)]


def test_in_at_least_18_of_20_markets_every_rule_that_does_something_passes_the_gate(markets: list[Learned]) -> None:
    assert sum(map(is_right, markets)) >= 18


def test_at_most_one_in_twenty_wrong_or_empty_learnings_passes(markets: list[Learned]) -> None:
    passed, all_wrong = (sum(counts) for counts in zip(*map(false_passes, markets), strict=True))
    assert all_wrong > 200
    assert passed <= 0.05 * all_wrong


def test_a_rule_of_one_season_passes_for_that_season_only(markets: list[Learned]) -> None:
    for found in markets:
        spring = found.get(("pinterest", "raise_budget", "spring"))
        assert spring is None or not spring.passes()


def test_the_run_is_reproducible(markets: list[Learned]) -> None:
    assert learned(3) == markets[3]


@pytest.mark.slow
def test_with_real_measurements_the_right_rules_pass_and_the_others_do_not() -> None:
    found = [measured_market.learned(seed) for seed in range(_SEEDS)]
    assert sum(map(is_right, found)) >= 18
    passed, all_wrong = (sum(counts) for counts in zip(*map(false_passes, found), strict=True))
    assert passed <= 0.05 * all_wrong
    assert measured_market.learned(7) == found[7]
