"""What a budget-reallocation says, and that its totals hold."""

from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adops_pipeline.domain.workflows.parameters import ReallocationParameters
from adops_pipeline.domain.workflows.results import WorkflowResult, review_reallocation
from adops_pipeline.domain.workflows.results.allocation_plan import plan_currency
from adops_pipeline_tests.domain.workflows.results.frames import END, before, plans

_UP = {"campaign_id": "7", "suggested_daily": Decimal(115), "change_pct": 15.0, "rationale": "Raise Brand."}
_DOWN = {
    "campaign_id": "8", "campaign_name": "Autumn", "platform": "meta-ads", "suggested_daily": Decimal(85),
    "change_pct": -15.0, "expected_revenue_change": -2.5, "rationale": "Lower Autumn.",
}  # fmt: skip


def _told(*rows: dict[str, Any], **raw: Any) -> WorkflowResult:
    return review_reallocation(plans(*rows), ReallocationParameters.model_validate(raw))


def test_the_plan_says_what_to_set_where_and_what_it_brings() -> None:
    result = _told(_UP, _DOWN, {"campaign_id": "9"})
    assert result.summary == (
        "The plan of 2026-11-23 moves EUR 15.00 a day among 2 of 3 budgets; expected revenue EUR +12.00 a day "
        "(EUR +4.00 to EUR +20.00)."
    )
    assert [f.sentence for f in result.found] == [
        "EUR: EUR 15.00 a day moves; expected revenue EUR +12.00 a day (EUR +4.00 to EUR +20.00).",
        "Raise Brand.",
        "Lower Autumn.",
    ]
    assert result.found[1].numbers["suggested_daily"] == Decimal(115)
    assert result.tables[0].rows == (
        ("google-ads", "7", "Brand", "EUR", Decimal(100), Decimal(115), 15.0),
        ("meta-ads", "8", "Autumn", "EUR", Decimal(100), Decimal(85), -15.0),
    )
    assert result.tables[1].rows == (("EUR", 3, Decimal(300), Decimal(300), Decimal(15)),)
    assert result.left_out == ()
    assert result.done == ("Nothing was set on a platform: the plan is for a person to set.",)


def test_steps_beyond_the_limit_all_shrink_alike_and_the_total_stays() -> None:
    result = _told(_UP, _DOWN, maxChangePct=10)
    assert [row[5] for row in result.tables[0].rows] == [Decimal("110.00"), Decimal("90.00")]
    assert result.found[0].sentence == (
        "Raise from EUR 100.00 to EUR 110.00 a day (+10.0 %), a part of the recommended step to EUR 115.00."
    )
    assert result.left_out == (
        "Steps in EUR were shrunk to at most 10.0 %; the expected revenue is known of full steps only and not given.",
    )
    assert result.summary == "The plan of 2026-11-23 moves EUR 10.00 a day among 2 of 2 budgets."


def test_a_part_of_a_plan_says_that_it_does_not_balance() -> None:
    result = _told(_UP, _DOWN, platforms=["google-ads"])
    assert result.left_out == (
        "The budgets in EUR change by EUR +15.00 a day together: it is a part of a plan over more campaigns.",
    )
    assert result.summary.endswith("expected revenue EUR +5.00 a day.")


def test_currencies_are_planned_on_their_own() -> None:
    yen = [
        {**row, "currency": "JPY", "campaign_id": f"1{n}", "plan_revenue_change": 900.0, "plan_low": None}
        for n, row in enumerate((_UP, _DOWN))
    ]
    result = _told(_UP, _DOWN, *yen)
    assert "moves EUR 15.00 and JPY 15 a day among 4 of 4 budgets" in result.summary
    assert result.summary.endswith("; JPY +900 a day.")
    assert _told(_UP, _DOWN, *yen, currency="JPY").checked[0].count == 2


def test_small_moves_stand_in_the_table_only() -> None:
    result = _told(_UP, _DOWN, thresholds={"changePct": 16})
    assert [f.subject.campaign_id for f in result.found] == [None]
    assert result.left_out == ("2 moves in EUR below 16.0 % stand in the table only.",)
    assert len(result.tables[0].rows) == 2
    one = _told({**_UP, "suggested_daily": Decimal("100.50")}, {**_DOWN, "suggested_daily": Decimal(90)})
    assert one.left_out[-1] == "1 move in EUR below 1.0 % stands in the table only."


def test_only_the_newest_plan_by_the_method_asked_for_counts() -> None:
    rows = (_UP, {**_DOWN, "as_of": before(1)}, {**_DOWN, "method": "heuristic"})
    assert _told(*rows).checked[0].count == 1
    assert _told(*rows, method="heuristic").tables[0].rows[0][1] == "8"
    assert _told(*rows, asOf=before(1)).tables[0].rows[0][1] == "8"


def test_a_plan_that_leaves_everything_says_so() -> None:
    result = _told({}, {"campaign_id": "9"})
    assert result.summary == "The plan of 2026-11-23 leaves everything as it is: 2 budgets."
    assert result.found == ()


def test_a_method_without_estimates_gives_none() -> None:
    nothing = dict.fromkeys(("expected_revenue_change", "plan_revenue_change"))
    assert _told({**_UP, **nothing}, {**_DOWN, **nothing}).summary == (
        "The plan of 2026-11-23 moves EUR 15.00 a day among 2 of 2 budgets."
    )


def test_no_plan_gives_a_clear_result() -> None:
    assert _told().summary == (
        "Nothing to check: there is no budget recommendation by response-curve yet; a sync brings it."
    )
    assert review_reallocation(pl.DataFrame(), ReallocationParameters()).found == ()
    assert _told(_UP, currency="USD").summary == (
        "Nothing to check: there is no budget recommendation by response-curve in USD in the 7 days up to 2026-11-23."
    )
    old = _told({**_UP, "as_of": before(30)}, asOf=END)
    assert old.summary.endswith("by response-curve in the 7 days up to 2026-11-23.")


def test_amounts_finer_than_a_cent_keep_their_total_too() -> None:
    amounts = [(Decimal("10.005"), Decimal("15.005")), (Decimal("20.001"), Decimal("15.001"))]
    plan = plan_currency("EUR", [{"current_daily": b, "suggested_daily": a} for b, a in amounts], 10)
    assert plan.is_scaled
    assert plan.after == plan.before == Decimal("30.006")


def test_a_budget_that_begins_at_nothing_changes_by_all_of_it() -> None:
    plan = plan_currency("EUR", [{"current_daily": Decimal(0), "suggested_daily": Decimal(5)}], 10)
    assert [move.change_pct for move in plan.moves] == [100.0]
    still = plan_currency("EUR", [{"current_daily": Decimal(0), "suggested_daily": Decimal(0)}], 10)
    assert ([move.change_pct for move in still.moves], still.moved) == ([0.0], Decimal(0))


@pytest.mark.parametrize(("currency", "cents"), [("EUR", Decimal("0.01")), ("JPY", Decimal(1))])
@given(
    pairs=st.lists(st.tuples(st.integers(0, 10**7), st.floats(-1, 2)), min_size=1, max_size=8),
    limit=st.floats(0.1, 100),
)
def test_totals_hold_to_the_cent_and_no_budget_moves_beyond_the_limit(
    currency: str, cents: Decimal, pairs: list[tuple[int, float]], limit: float
) -> None:
    befores = [units * cents for units, _ in pairs]
    afters = [(units + int(units * change)) * cents for units, change in pairs]
    afters[0] = max(befores[0] + sum(befores) - sum(afters), Decimal(0))
    rows = [{"current_daily": b, "suggested_daily": a} for b, a in zip(befores, afters, strict=True)]
    plan = plan_currency(currency, rows, limit)
    if sum(afters) == sum(befores):
        assert plan.after == plan.before
    for move in plan.moves:
        assert move.after >= 0
        assert move.after % cents == 0
        if move.before:
            assert abs(move.after / move.before - 1) <= Decimal(repr(limit)) / 100
