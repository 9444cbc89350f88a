"""A definition is checked when it is made, and says which field is wrong."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from adops_pipeline.domain.experiments.definitions import DefinitionError, TestDefinition, Variant, check_together
from adops_pipeline.domain.vocabulary import Platform

SOUND = TestDefinition(
    id="headline",
    name="Headline",
    platform=Platform.GOOGLE_ADS,
    campaign_id="1",
    metric="ctr",
    variant_a=Variant("Old", ("10",)),
    variant_b=Variant("New", ("11",)),
    started_on=date(2026, 9, 1),
)


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"variant_b": Variant("New", ("10", "12"))}, "variant_b.ad_group_ids", "10, which is in variant_a too"),
        ({"variant_b": Variant("New", ())}, "variant_b.ad_group_ids", "at least one"),
        ({"variant_a": Variant("Old", ("10", "10"))}, "variant_a.ad_group_ids", "twice"),
        ({"variant_a": Variant(" ", ("10",))}, "variant_a.name", "empty"),
        ({"metric": "likes"}, "metric", "ctr, cvr, cpc, cpa, cpm, roas"),
        ({"platform": "myspace"}, "platform", "google-ads"),
        ({"id": ""}, "id", "empty"),
        ({"min_days": 0}, "min_days", "at least 1"),
        ({"max_days": 6}, "max_days", "below min_days"),
        ({"min_sample_size": float("nan")}, "min_sample_size", "0 or more"),
        ({"alpha": 5.0}, "alpha", "between 0 and 1"),
        ({"expected_split": 50.0}, "expected_split", "A's share"),
        ({"smallest_lift_of_interest": 0.0}, "smallest_lift_of_interest", "above 0"),
        ({"metric": "cpa", "method": "z"}, "method", "would invent certainty"),
        ({"method": "bayes"}, "method", "log-delta"),
        ({"stopping": "whenever"}, "stopping", "always-valid"),
        ({"use_cuped": True, "method": "z"}, "use_cuped", "log-delta"),
        ({"planned_looks": (7, 28)}, "planned_looks", "always-valid"),
        ({"period_days": 28}, "variant_b.ad_group_ids", "must be those of variant_a"),
        ({"period_days": 7, "variant_b": Variant("New", ("10",))}, "max_days", r"must be period_days (7)"),
        ({"period_days": 10, "variant_b": Variant("New", ("10",))}, "period_days", "whole weeks"),
        ({"stopping": "group-sequential"}, "planned_looks", "increasing"),
        ({"stopping": "group-sequential", "planned_looks": (14, 7, 28)}, "planned_looks", "increasing"),
        ({"stopping": "group-sequential", "planned_looks": (7, 14)}, "planned_looks", "end on max_days"),
        ({"stopping": "group-sequential", "planned_looks": (7, 28), "family": "f"}, "family", "group-sequential"),
    ],
)
def test_a_wrong_value_names_its_field(change: dict[str, Any], field: str, words: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        replace(SOUND, **change)
    assert [name for name, _ in caught.value.problems] == [field]
    assert words in str(caught.value)


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(DefinitionError, match=r"test 'headline': metric .*; alpha .*"):
        replace(SOUND, metric="likes", alpha=0.0)


def test_two_tests_of_one_id_are_refused() -> None:
    with pytest.raises(DefinitionError, match="given to 2 tests"):
        check_together([SOUND, replace(SOUND, name="Another")])


def test_a_family_is_judged_by_one_rule() -> None:
    family = [replace(SOUND, family="autumn"), replace(SOUND, id="image", family="autumn", correction="holm")]
    with pytest.raises(DefinitionError, match=r"'image': correction is holm, but 'headline'"):
        check_together(family)
    check_together([family[0], replace(family[1], family="winter")])


def test_names_are_no_part_of_the_agreement_and_rules_are() -> None:
    renamed = replace(SOUND, name="Better name", agent_id="agent-7", variant_a=Variant("Control", ("10",)))
    assert renamed.agreement == SOUND.agreement
    others = [
        replace(SOUND, alpha=0.1),
        replace(SOUND, variant_a=Variant("Old", ("12",))),
        replace(SOUND, started_on=date(2026, 9, 2)),
        replace(SOUND, expected_split=0.5),
    ]
    assert len({SOUND.agreement, *(other.agreement for other in others)}) == 5
