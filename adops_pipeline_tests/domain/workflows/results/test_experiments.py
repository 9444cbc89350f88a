"""What an ab-test-evaluation says."""

from typing import Any

import polars as pl

from adops_pipeline.domain.workflows.parameters import TestParameters
from adops_pipeline.domain.workflows.results import WorkflowResult, review_tests
from adops_pipeline_tests.domain.workflows.results.frames import ab_tests, before, looks

_DONE = {"status": "completed", "completed_at": before(2), "winner": "B"}


def _told(rows: list[dict[str, Any]], results: list[dict[str, Any]], **raw: Any) -> WorkflowResult:
    return review_tests(ab_tests(*rows), looks(*results), TestParameters.model_validate(raw))


def test_a_decided_test_names_its_winner_with_the_lift() -> None:
    result = _told([_DONE], [{}])
    assert result.summary == "Of 1 test as of 2026-11-23, 1 decided."
    (finding,) = result.found
    assert finding.severity == "info"
    assert finding.sentence == "Test 'Headline': B (New) wins; CTR of B against A +10.0 % (+4.0 % to +16.0 %)."
    assert (finding.numbers["winner"], finding.numbers["lift"], finding.subject.campaign_id) == ("B", 0.1, "9")


def test_the_winner_is_the_one_that_was_decided_and_not_the_sign_of_the_lift() -> None:
    (finding,) = _told([{**_DONE, "metric": "cpa", "winner": "A"}], [{}]).found
    assert finding.sentence.startswith("Test 'Headline': A (Old) wins; CPA of B against A +10.0 %")
    assert finding.numbers["winner"] == "A"


def test_of_two_periods_of_the_same_ad_groups_none_wins() -> None:
    arms = {f"variant_{arm}": f'{{"name": "{name}", "ad_group_ids": ["5"]}}'
            for arm, name in (("a", "120 a day"), ("b", "80 a day"))}  # fmt: skip
    (finding,) = _told([{**_DONE, "metric": "roas", **arms}], [{}]).found
    assert finding.sentence == (
        "Test 'Headline': ROAS in the second period (80 a day) against the first (120 a day) +10.0 % "
        "(+4.0 % to +16.0 %)."
    )


def test_a_decision_without_figures_says_why() -> None:
    (finding,) = _told([{**_DONE, "explanation": "The difference is shown."}], [{"lift": None}]).found
    assert finding.sentence == "Test 'Headline': decided. The difference is shown."


def test_a_variant_without_a_name_is_its_letter() -> None:
    for document in (None, "{", "[]", "{}"):
        (finding,) = _told([{**_DONE, "variant_b": document}], [{"ci_low": None}]).found
        assert finding.sentence == "Test 'Headline': B wins; CTR of B against A +10.0 %."


def test_a_broken_test_is_a_warning_with_its_reason_and_comes_first() -> None:
    broken = {"id": "t2", "name": "Split", "status": "invalid", "explanation": "The split is not the one promised."}
    result = _told([_DONE, broken], [{}, {"test_id": "t2", "lift": None}])
    assert result.found[0].severity == "warning"
    assert result.found[0].sentence == "Test 'Split': it cannot be trusted. The split is not the one promised."
    assert "lift" not in result.found[0].numbers


def test_a_test_without_a_winner_says_why() -> None:
    (finding,) = _told([{"status": "inconclusive", "explanation": "The planned days are over."}], [{}]).found
    assert finding.sentence == "Test 'Headline': no winner. The planned days are over."
    assert "winner" not in finding.numbers


def test_a_campaign_s_name_is_used_where_it_is_known_and_need_not_be() -> None:
    named = review_tests(ab_tests({**_DONE, "campaign_name": "Brand"}), looks({}), TestParameters())
    bare = review_tests(ab_tests(_DONE).drop("campaign_name"), looks({}), TestParameters())
    assert [str(result.found[0].subject) for result in (named, bare)] == ["Brand (meta-ads)", "9 (meta-ads)"]


def test_running_tests_stand_in_a_table_with_the_days_they_still_need() -> None:
    result = _told([{}], [{"days_to_decision": 6}])
    assert result.summary == "Of 1 test as of 2026-11-23, 1 still running."
    assert result.found == ()
    assert result.tables[0].rows == (("Headline", "ctr", 10.0, "over 99 %", 6),)


def test_only_the_newest_evaluation_counts() -> None:
    result = _told([{}], [{"days_to_decision": 1}, {"evaluated_at": before(5), "days_to_decision": 9}])
    assert result.tables[0].rows[0][-1] == 1
    earlier = _told([_DONE], [{}, {"evaluated_at": before(5), "days_to_decision": 9}], asOf=before(5))
    assert earlier.tables[0].rows[0][-1] == 9


def test_tests_that_finished_long_ago_are_counted_only() -> None:
    result = _told([{**_DONE, "completed_at": before(40)}, {"id": "t2"}], [{}])
    assert (result.checked[0].count, result.found) == (1, ())
    assert result.left_out == ("1 test finished before the 30 days up to 2026-11-23.",)
    assert len(_told([{**_DONE, "completed_at": before(40)}], [{}], lookbackDays=60).found) == 1


def test_a_test_that_does_not_exist_is_answered_with_the_nearest() -> None:
    result = _told([{"id": "headline-1"}, {"id": "other"}], [], testIds=["headline-1", "headline-2", "xyz"])
    assert result.left_out == ("There is no test headline-2; did you mean headline-1?", "There is no test xyz.")
    assert result.checked[0].count == 1


def test_no_tests_give_a_clear_result() -> None:
    assert _told([], []).summary == "Nothing to check: there is no A/B test yet; a sync brings it."
    assert review_tests(pl.DataFrame(), pl.DataFrame(), TestParameters()).tables == ()
    assert _told([{}], [{}], platforms=["pinterest"]).summary == "Nothing to check: there is no A/B test for pinterest."


def test_a_test_that_was_never_evaluated_is_running() -> None:
    result = _told([{}], [])
    assert result.summary == "Of 1 test as of 2026-10-26, 1 still running."
