"""Promises of campaign assignment: hand over rule, money once, order of no matter."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adops_pipeline.domain.projects import Assignment, AssignmentRule, CampaignFacts, assign
from adops_pipeline.domain.vocabulary import Platform

_SPRING = CampaignFacts("google-ads:1", "google-ads", "Spring Sale – DE", "SEARCH")
_AUTUMN = CampaignFacts("meta-ads:2", "meta-ads", "autumn sale", None)
_ALWAYS = CampaignFacts("pinterest:3", "pinterest", "Always on", "AWARENESS")
_ALL = [_SPRING, _AUTUMN, _ALWAYS]


def _by_rule(**rules: AssignmentRule) -> dict[str, str]:
    found = assign(_ALL, {name: [rule] for name, rule in rules.items()}, {})
    return {a.campaign_id: a.project_id for a in found.assignments}


def test_a_pattern_fits_whatever_the_case_and_only_the_whole_name() -> None:
    assert _by_rule(p=AssignmentRule(name_pattern="*SALE*")) == {"google-ads:1": "p", "meta-ads:2": "p"}
    assert _by_rule(p=AssignmentRule(name_pattern="sale")) == {}


def test_all_that_a_rule_says_must_fit() -> None:
    assert _by_rule(p=AssignmentRule(Platform.META_ADS, "*sale*")) == {"meta-ads:2": "p"}
    assert _by_rule(p=AssignmentRule(objective="awareness")) == {"pinterest:3": "p"}


def test_a_rule_that_says_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a platform, a name_pattern or an objective"):
        AssignmentRule(name_pattern="")


def test_a_hand_is_stronger_than_rules() -> None:
    rules = {"a": [AssignmentRule(name_pattern="*")]}
    found = assign([_SPRING, _ALWAYS], rules, {"google-ads:1": "b"})
    assert found.assignments == (
        Assignment("google-ads:1", "b", "hand"),
        Assignment("pinterest:3", "a", "rule"),
    )


def test_a_campaign_that_two_projects_claim_is_in_neither_until_somebody_decides() -> None:
    rules = {"a": [AssignmentRule(name_pattern="spring*")], "b": [AssignmentRule(Platform.GOOGLE_ADS)]}
    found = assign([_SPRING], rules, {})
    assert (found.assignments, found.disputed) == ((), {"google-ads:1": ("a", "b")})
    decided = assign([_SPRING], rules, {"google-ads:1": "b"})
    assert ([a.project_id for a in decided.assignments], decided.disputed) == (["b"], {})


def test_projects_that_are_not_open_claim_nothing() -> None:
    rules = {"old": [AssignmentRule(name_pattern="*")], "new": [AssignmentRule(name_pattern="*")]}
    found = assign(_ALL, rules, {"meta-ads:2": "old"}, projects=["new"])
    assert {a.campaign_id: a.project_id for a in found.assignments} == {"google-ads:1": "new", "pinterest:3": "new"}
    assert found.disputed == {}


@given(st.integers(0, 2**32), st.lists(st.sampled_from(["*sale*", "spring*", "*on*", "a*"]), max_size=4))
def test_the_order_is_of_no_matter(seed: int, patterns: list[str]) -> None:
    rules = {f"p{n}": [AssignmentRule(name_pattern=pattern)] for n, pattern in enumerate(patterns)}
    campaigns, names = list(_ALL), list(rules)
    random.Random(seed).shuffle(campaigns)
    random.Random(seed).shuffle(names)
    assert assign(campaigns, {name: rules[name] for name in names}, {}) == assign(_ALL, rules, {})
