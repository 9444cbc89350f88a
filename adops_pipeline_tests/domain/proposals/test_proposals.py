"""Promises of the rules of proposals: differences, money at stake, caps, conflicts, budgets from plan and pacing."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adops_pipeline.domain.ad_objects import AdObject
from adops_pipeline.domain.proposals.caps import Caps, Step, violations
from adops_pipeline.domain.proposals.conflicts import Claim, conflicts_of
from adops_pipeline.domain.proposals.objects import (
    amounts_of,
    as_intended,
    differences,
    drift,
    object_document,
    read_object,
)
from adops_pipeline.domain.proposals.plan import budget_to_set
from adops_pipeline.domain.proposals.stakes import stake_of
from adops_pipeline.domain.proposals.status import STATUSES, starts_of
from adops_pipeline.domain.vocabulary import CampaignStatus, Platform

TODAY = date(2026, 3, 2)
BRAND = AdObject(
    Platform.GOOGLE_ADS, "1", "campaign", "9", "Brand", CampaignStatus.ACTIVE, "EUR", "9", Decimal(50),
    fields={"bid": "0.5", "targeting": {"ages": [1, 2]}},
)  # fmt: skip
FLIGHT = replace(
    BRAND, daily_budget=None, lifetime_budget=Decimal(600),
    fields={"start_time": "2026-03-01T00:00:00+00:00", "end_time": "2026-04-29"},
)  # fmt: skip


def _texts(before: AdObject | None, after: AdObject) -> list[str]:
    return [str(one) for one in differences(before, after)]


def test_differences_name_the_fields_with_money_in_its_currency() -> None:
    after = replace(BRAND, daily_budget=Decimal("1200.5"), status=CampaignStatus.PAUSED, fields={"bid": "0.75"})
    assert _texts(BRAND, after) == [
        "status: active → paused", "daily budget: EUR 50.00 → EUR 1,200.50", "bid: EUR 0.50 → EUR 0.75",
    ]  # fmt: skip
    assert _texts(None, replace(BRAND, fields={})) == ["name: Brand", "status: active", "daily budget: EUR 50.00"]
    yen = replace(BRAND, currency="JPY")
    assert _texts(yen, replace(yen, daily_budget=Decimal(6000))) == ["daily budget: JPY 50 → JPY 6,000"]


def test_an_object_of_which_no_other_fields_are_known_has_none() -> None:
    bare = AdObject(Platform.GOOGLE_ADS, "1", "campaign", "9", "Brand", CampaignStatus.ACTIVE, "EUR", "9", Decimal(50))
    assert (bare.fields, _texts(None, bare)[0]) == ({}, "name: Brand")
    assert read_object(object_document(bare)) == bare


def test_equal_amounts_in_other_words_are_no_difference() -> None:
    assert _texts(BRAND, replace(BRAND, daily_budget=Decimal("50.000"), fields={"bid": 0.50})) == []
    words = [replace(BRAND, fields={"label": word}) for word in ("inf", "Infinity")]
    assert _texts(*words) == ["label: inf → Infinity"]


def test_what_is_as_intended_ignores_values_that_the_change_does_not_set() -> None:
    intended = replace(BRAND, daily_budget=Decimal(60))
    now = replace(intended, name="Brand 2")
    assert as_intended(now, BRAND, intended) == ()
    assert [one.field for one in as_intended(BRAND, BRAND, intended)] == ["daily_budget"]
    assert [one.field for one in drift(intended, now)] == ["name"]


def test_drift_sees_values_that_come_and_go_unless_only_shared_ones_count() -> None:
    now = replace(BRAND, fields={"bid": "0.5", "end_date": "2026-04-01"})
    assert [one.field for one in drift(BRAND, now)] == ["targeting", "end_date"]
    assert drift(BRAND, now, only_shared=True) == ()


@given(
    st.builds(
        AdObject, st.sampled_from(Platform), st.text(), st.sampled_from(["campaign", "ad"]), st.none() | st.text(),
        st.text(), st.sampled_from(CampaignStatus), st.sampled_from(["EUR", "JPY"]), st.none() | st.text(),
        st.none() | st.decimals(0, 10**6, places=6), st.none() | st.decimals(0, 10**6, places=2),
        st.dictionaries(st.text(), st.none() | st.text() | st.integers() | st.lists(st.text())),
    )
)  # fmt: skip
def test_states_come_back_from_their_documents(state: AdObject) -> None:
    assert read_object(object_document(state)) == state


def test_only_amounts_that_were_and_are_are_moved() -> None:
    after = replace(BRAND, daily_budget=Decimal(60), fields={"bid": "0.5"})
    assert amounts_of(BRAND, after) == {"daily_budget": (Decimal(50), Decimal(60))}
    assert amounts_of(None, after) == {}
    assert amounts_of(replace(BRAND, daily_budget=None), after) == {}


@pytest.mark.parametrize(
    ("before", "after", "per_day", "per_month"),
    [
        (None, BRAND, "50", "1520"),
        (None, replace(BRAND, status=CampaignStatus.PAUSED), "50", "1520"),
        (BRAND, replace(BRAND, daily_budget=Decimal(40)), "-10", "-304"),
        (BRAND, replace(BRAND, status=CampaignStatus.PAUSED), "-50", "-1520"),
        (replace(BRAND, status=CampaignStatus.PAUSED), replace(BRAND, daily_budget=Decimal(60)), "60", "1824"),
        (BRAND, replace(BRAND, name="Other"), "0", "0"),
        (None, FLIGHT, "10", "304"),
        (FLIGHT, replace(FLIGHT, lifetime_budget=Decimal(1200), fields={}), "10", "304"),
        (None, replace(FLIGHT, fields={}), "19.736842", "600"),
        (None, replace(FLIGHT, fields={**FLIGHT.fields, "end_time": "2026-03-10"}), "60", "600"),
        (None, replace(FLIGHT, fields={"start_date": "2026-03-01", "end_date": "2026-03-10"}), "60", "600"),
        (None, replace(FLIGHT, fields={"starts_at": 1772323200, "ends_at": 1773100800}), "60", "600"),
        (None, replace(FLIGHT, fields={"start_time": True, "stop_time": "2026-03-11"}), "60", "600"),
        (None, replace(FLIGHT, fields={"start_time": "soon", "stop_time": "2026-03-01"}), "600", "600"),
    ],
)  # fmt: skip
def test_money_at_stake(before: AdObject | None, after: AdObject, per_day: str, per_month: str) -> None:
    stake = stake_of(before, after, TODAY)
    assert (stake.per_day, stake.per_month, stake.currency) == (Decimal(per_day), Decimal(per_month), "EUR")


def test_a_campaign_with_its_budgets_on_ad_groups_counts_with_their_sum() -> None:
    own = replace(BRAND, daily_budget=None)
    paused = replace(own, status=CampaignStatus.PAUSED)
    assert stake_of(own, paused, TODAY, Decimal(80)).per_day == -80
    assert stake_of(paused, own, TODAY, Decimal(80)).per_day == 80
    assert stake_of(own, replace(own, name="Other"), TODAY, Decimal(80)).per_day == 0
    assert stake_of(BRAND, replace(BRAND, daily_budget=Decimal(60)), TODAY, Decimal(80)).per_day == 10
    assert stake_of(None, own, TODAY).per_day == 0


def test_a_status_is_reached_from_few_others_and_four_are_final() -> None:
    found = {status: starts_of(status) for status in STATUSES}
    assert found == {
        "proposed": set(),
        "approved": {"proposed", "applying", "uncertain"},
        "applying": {"approved"},
        "applied": {"applying", "uncertain", "undoing"},
        "rejected": {"proposed", "approved", "uncertain"},
        "expired": {"proposed", "approved"},
        "failed": {"proposed", "approved", "applying"},
        "uncertain": {"applying"},
        "undoing": {"applied"},
        "undone": {"undoing"},
    }


def _step(per_day: str, entity: str = "c", amounts: tuple[str, str] | None = None) -> Step:
    moved = {} if amounts is None else {"daily_budget": (Decimal(amounts[0]), Decimal(amounts[1]))}
    return Step(entity, entity, Decimal(per_day), "EUR", moved)


def test_raises_and_cuts_are_summed_apart() -> None:
    caps = Caps(max_money_per_day=Decimal(100))
    others = [_step("60", "a"), _step("-90", "b")]
    assert violations(_step("40"), others, caps, "EUR") == []
    assert violations(_step("-10"), others, caps, "EUR") == []
    (found,) = violations(_step("41"), others, caps, "EUR")
    assert "it moves EUR 41.00 a day; changes of the account today, applied or waiting, already move EUR 60.00" in found


@given(st.lists(st.integers(1, 40), min_size=1, max_size=12))
def test_a_change_that_is_split_has_no_more_room_than_a_whole_one(parts: list[int]) -> None:
    caps = Caps(max_change_per_step_pct=Decimal(50), max_money_per_change=Decimal(60))
    made: list[Step] = []
    budget = 100
    for part in parts:
        step = _step(str(part), amounts=(str(budget), str(budget + part)))
        if not violations(step, made, caps, "EUR"):
            made.append(step)
            budget += part
    assert budget - 100 <= 50


def test_the_number_of_a_days_changes_includes_the_one_that_is_asked_for() -> None:
    caps = Caps(max_changes_per_day=2)
    assert violations(_step("1"), [_step("1", "a")], caps, "EUR") == []
    (found,) = violations(_step("1"), [_step("1", "a"), _step("1", "b")], caps, "EUR")
    assert found == "the account has 2 changes today, applied or waiting, and max_changes_per_day is 2"


def test_a_campaigns_money_is_capped_apart_from_its_accounts() -> None:
    caps = Caps(max_money_per_change=Decimal(60), max_money_per_day=Decimal(100))
    others = [_step("30", "c"), _step("40", "other")]
    assert violations(_step("30"), others, caps, "EUR") == []
    (of_campaign, of_account) = violations(_step("30.01"), others, caps, "EUR")
    assert "changes of the campaign today, applied or waiting, already move EUR 30.00" in of_campaign
    assert "changes of the account today, applied or waiting, already move EUR 70.00" in of_account


def test_money_that_no_rate_converts_passes_no_cap_of_money() -> None:
    unknown = replace(_step("1"), per_day=None, currency="JPY")
    (found,) = violations(unknown, [], Caps(max_money_per_day=Decimal(100)), "EUR")
    assert found.startswith("no exchange rate of JPY is known, so the caps in EUR cannot be checked")
    assert violations(unknown, [], Caps(max_changes_per_day=1), "EUR") == []


TOGETHER = " together with other changes of today"


@pytest.mark.parametrize(
    ("earlier", "step", "found"),
    [
        ([], ("100", "150"), None),
        ([], ("100", "150.01"), "it moves the daily budget by 50.0 % of 100, and max_change_per_step_pct is 50"),
        ([("100", "130")], ("130", "150"), None),
        ([("100", "130")], ("130", "155"),
         f"it moves the daily budget by 55.0 % of 100{TOGETHER}, and max_change_per_step_pct is 50"),
        ([("100", "60")], ("60", "110"), None),
    ],
)  # fmt: skip
def test_a_share_is_of_the_days_first_amount_and_of_one_direction(
    earlier: list[tuple[str, str]], step: tuple[str, str], found: str | None
) -> None:
    others = [_step("0", amounts=one) for one in earlier] + [_step("0", "other", ("1", "100"))]
    said = violations(_step("0", amounts=step), others, Caps(max_change_per_step_pct=Decimal(50)), "EUR")
    assert said == ([] if found is None else [found])


def test_caps_that_are_not_set_hold_nothing_up_and_the_stricter_of_two_counts() -> None:
    assert violations(_step("1000000", amounts=("1", "1000001")), [], Caps(), "EUR") == []
    both = Caps(max_money_per_day=Decimal(5), max_changes_per_day=9).within(
        Caps(max_money_per_day=Decimal(7), max_changes_per_day=3, max_change_per_step_pct=Decimal(1))
    )
    assert both == Caps(Decimal(1), None, Decimal(5), 3)
    assert Caps().within(both) == both.within(Caps()) == both.within(None) == both
    assert both.within(Caps(max_money_per_change=Decimal(4))).max_money_per_change == 4


def test_opposite_changes_of_a_campaign_and_different_values_exclude_each_other() -> None:
    up = Claim("up", "9", "c", Decimal(10), {"daily_budget": "60"})
    others = [
        Claim("down", "9", "c", Decimal(-10), {"daily_budget": "40"}),
        Claim("more", "9", "c", Decimal(20), {"daily_budget": "70"}),
        Claim("ad group", "8", "c", Decimal(-1), {"status": "paused"}),
        Claim("name", "9", "c", Decimal(0), {"name": "x"}),
        Claim("other", "7", "d", Decimal(-10), {"daily_budget": "40"}),
        up,
    ]
    assert conflicts_of(up, others) == ["down", "more", "ad group"]


_ROW = {
    "action": "slow-down", "instruction": "Do it.", "spent_daily": None, "suggested_daily": None, "currency": "EUR",
    "basis": "target", "status": "overpacing", "as_of": TODAY, "period_start": date(2026, 3, 1),
    "period_end": date(2026, 3, 31), "days_elapsed": 2, "days_remaining": 29, "budget": Decimal(1000),
    "spent_to_date": Decimal(100), "projected_total": Decimal(1500), "required_daily_spend": Decimal("31.03"),
    "daily_budget": Decimal(50), "current_daily": Decimal(50), "delivery_ratio": 1.25, "known_from": None,
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, "40.00"),
        ({"required_daily_spend": Decimal(45)}, "45.00"),
        ({"action": "speed-up", "required_daily_spend": Decimal(55)}, "55.00"),
        ({"action": "speed-up", "required_daily_spend": Decimal(55), "current_daily": Decimal(20)}, None),
        ({"action": "speed-up", "required_daily_spend": Decimal(45)}, None),
        ({"basis": "daily"}, "40.00"),
        ({"basis": "daily", "delivery_ratio": 1.1}, "45.45"),
        ({"basis": "daily", "action": "speed-up"}, None),
        ({"basis": "lifetime"}, None),
        ({"daily_budget": None}, None),
        ({"action": "raise-budget", "spent_daily": Decimal(40), "suggested_daily": Decimal(44)}, "55.00"),
        ({"action": "lower-budget", "spent_daily": Decimal(0), "suggested_daily": Decimal(44)}, None),
    ],
)
def test_the_budget_that_plan_and_pacing_ask_for(changed: dict[str, object], expected: str | None) -> None:
    found = budget_to_set(_ROW | changed, 0.2)
    assert isinstance(found, str) if expected is None else found == Decimal(expected)
