"""What a learning-review says, and that its evidence is counted honestly."""

from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adops_pipeline.domain.workflows.parameters import LearningParameters
from adops_pipeline.domain.workflows.results import Evidence, WorkflowResult, review_learnings
from adops_pipeline.domain.workflows.results.learnings import wilson_lower_bound
from adops_pipeline_tests.domain.workflows.results.frames import (
    ab_tests,
    anomalies,
    before,
    days,
    looks,
    metrics,
    plans,
)

Rows = list[dict[str, Any]]


def _told(
    *,
    done: Rows | None = None,
    seen: Rows | None = None,
    advised: Rows | None = None,
    odd: Rows | None = None,
    daily: Rows | None = None,
    mature: dict[str, int] | None = None,
    **raw: Any,
) -> WorkflowResult:
    evidence = Evidence(
        ab_tests(*(done or [])), looks(*(seen or [])), plans(*(advised or [])), anomalies(*(odd or [])),
        metrics(*(daily if daily is not None else days(90))),
    )  # fmt: skip
    return review_learnings(evidence, LearningParameters.model_validate(raw), mature_after_days=mature)


def _finished(count: int, b_wins: int) -> tuple[Rows, Rows]:
    done = [
        {"id": f"t{n}", "status": "completed", "completed_at": before(n), "winner": "B" if n < b_wins else "A"}
        for n in range(count)
    ]
    seen = [{"test_id": f"t{n}", "lift": 0.1 if n < b_wins else -0.2} for n in range(count)]
    return done, seen


def test_winners_of_finished_tests_are_counted_by_platform_and_metric() -> None:
    done, seen = _finished(4, 3)
    done.append({"id": "u", "status": "inconclusive", "completed_at": before(1)})
    result = _told(done=done, seen=[*seen, {"test_id": "u", "lift": 0.0}])
    (finding,) = result.found
    assert finding.sentence == ("Of 5 finished CTR tests 3 were won by B, 1 by A; the median lift of B was +10.0 %.")
    assert (finding.numbers["evidence_count"], str(finding.subject)) == (5, "meta-ads")
    assert finding.numbers["win_share_lower_bound"] == pytest.approx(0.2307, abs=1e-4)
    assert result.summary == (
        "1 observation from the 90 days to 2026-11-23, each with at least 3 events that speak for it."
    )


def test_too_little_evidence_is_counted_and_not_told() -> None:
    done, seen = _finished(2, 2)
    result = _told(done=done, seen=seen)
    assert result.found == ()
    assert result.summary == (
        "Nothing learned in the 90 days to 2026-11-23: no observation has 3 events that speak for it."
    )
    assert result.left_out == ("1 observation with fewer than 3 events not listed.",)
    assert len(_told(done=done, seen=seen, thresholds={"minEvidence": 2}).found) == 1


def test_tests_that_finished_before_the_days_looked_at_do_not_count() -> None:
    done, seen = _finished(4, 3)
    assert _told(done=done, seen=seen, lookbackDays=7, asOf=before(40)).found == ()


def _changed(on: int, spend: float, revenue: float) -> Rows:
    """90 days of EUR 100 spend and 400 revenue, and after the day ``on`` other amounts."""
    return [{**row, "spend": spend, "revenue": revenue} if row["date"] > before(on) else row for row in days(90)]


_ADVICE = {"as_of": before(40), "suggested_daily": 120, "expected_revenue_change": 50.0}


def _spread(rows: Rows, campaigns: int) -> Rows:
    return [{**row, "campaign_id": str(n)} for n in range(campaigns) for row in rows]


def test_advice_that_was_taken_and_held_is_told_with_what_came_of_it() -> None:
    result = _told(advised=_spread([_ADVICE], 3), daily=_spread(_changed(40, 118, 440), 3))
    (finding,) = result.found
    assert finding.severity == "info"
    assert finding.sentence == (
        "Of 3 advised budget changes in EUR, 3 were made. Of 3 with final sales, revenue moved as expected in 3: "
        "EUR +120.00 a day together against EUR +150.00 expected; other causes are not taken out."
    )
    assert finding.numbers["held"] == 3


def test_advice_that_did_not_hold_is_a_warning() -> None:
    (finding,) = _told(advised=_spread([_ADVICE], 3), daily=_spread(_changed(40, 118, 380), 3)).found
    assert finding.severity == "warning"
    assert "as expected in 0: EUR -60.00 a day" in finding.sentence


@pytest.mark.parametrize(("spend", "followed_pct", "taken"), [(109, 50, 0), (111, 50, 3), (109, 40, 3), (90, 50, 0)])
def test_advice_counts_as_taken_when_enough_of_the_change_happened(
    spend: float, followed_pct: float, taken: int
) -> None:
    (finding,) = _told(
        advised=_spread([_ADVICE], 3), daily=_spread(_changed(40, spend, 400), 3),
        thresholds={"followedPct": followed_pct},
    ).found  # fmt: skip
    assert (finding.numbers["evidence_count"], finding.numbers["taken"]) == (3, taken)


def test_outcomes_are_not_read_while_sales_still_arrive() -> None:
    result = _told(advised=_spread([_ADVICE], 3), daily=_spread(_changed(40, 118, 440), 3), mature={"google-ads": 34})
    assert result.found[0].sentence == "Of 3 advised budget changes in EUR, 3 were made."


def test_advice_repeated_every_day_is_one_piece_of_evidence_a_week() -> None:
    daily_advice = [{**_ADVICE, "as_of": before(n)} for n in range(30)]
    assert _told(advised=daily_advice).found[0].numbers["evidence_count"] == 4


def test_advice_whose_days_are_not_over_and_stopped_campaigns_do_not_count() -> None:
    young = _spread([{**_ADVICE, "as_of": before(6)}], 3)
    stopped = [row for row in days(90) if row["date"] <= before(40)]
    assert _told(advised=young, daily=_spread(days(90), 3)).checked[1].count == 0
    assert _told(advised=_spread([_ADVICE], 3), daily=[*_spread(stopped, 3), *days(1)]).checked[1].count == 0


def test_what_goes_wrong_again_and_again_is_told_and_days_in_a_row_are_one_time() -> None:
    odd = [{"date": before(n)} for n in (1, 2, 3, 20, 40, 41)]
    (finding,) = _told(odd=odd).found
    assert (finding.severity, str(finding.subject)) == ("warning", "Brand (google-ads)")
    assert finding.sentence == "Spend left its range 3 times, on 6 days, each time above it; last on 2026-11-22."
    assert _told(odd=odd[:5][1:3]).found == ()


def test_the_selection_and_the_severity_count() -> None:
    done, seen = _finished(4, 3)
    odd = [{"date": before(n)} for n in (1, 20, 40)]
    assert len(_told(done=done, seen=seen, odd=odd).found) == 2
    assert len(_told(done=done, seen=seen, odd=odd, platforms=["google-ads"]).found) == 1
    assert len(_told(done=done, seen=seen, odd=odd, minSeverity="warning").found) == 1


def test_the_days_looked_at_end_with_the_last_complete_one() -> None:
    evidence = Evidence(ab_tests(), looks(), plans(), anomalies(), metrics(*days(9)))
    result = review_learnings(evidence, LearningParameters(), through=before(1))
    assert "to 2026-11-22" in result.summary


def test_no_data_give_a_clear_result() -> None:
    nothing = pl.DataFrame()
    result = review_learnings(Evidence(nothing, nothing, nothing, nothing, nothing), LearningParameters())
    assert result.summary == "Nothing to check: there is no day of delivery yet; a sync brings it."


@given(st.integers(0, 200), st.integers(1, 200))
def test_the_lower_bound_lies_between_nothing_and_the_share_seen(wins: int, trials: int) -> None:
    wins = min(wins, trials)
    assert 0 <= wilson_lower_bound(wins, trials) <= wins / trials + 1e-12
    assert wilson_lower_bound(0, 0) == 0.0


def _learned(**changes: Any) -> dict[str, Any]:
    return {
        "id": "k.1", "platform": "google-ads", "direction": "helps", "evidence_count": 30, "effect_ratio": 0.1,
        "confidence": 0.8765432, "lower_bound": 0.7, "adjusted_p": 0.01, "insight": "Bid down helps.",
        "counter_evidence": "No outcome contradicts it.",
    } | changes  # fmt: skip


def test_what_agents_have_learned_is_listed_where_it_passes_the_gate() -> None:
    rows = [_learned(), _learned(lower_bound=0.59), _learned(adjusted_p=0.06), _learned(platform="pinterest")]
    evidence = Evidence(ab_tests(), looks(), plans(), anomalies(), metrics(*days(90)), rows)
    result = review_learnings(evidence, LearningParameters.model_validate({"platforms": ["google-ads"]}))
    (finding,) = result.found
    assert finding.sentence == "Bid down helps. No outcome contradicts it."
    assert (finding.numbers["confidence"], finding.numbers["learning_id"]) == (0.8765, "k.1")
