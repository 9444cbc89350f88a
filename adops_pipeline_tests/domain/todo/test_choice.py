"""The list: one action per campaign, a handful per account, nothing that contradicts itself."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adops_pipeline.domain.pacing.pulls import Direction, Pull
from adops_pipeline.domain.severity import Severity
from adops_pipeline.domain.tables.todo import ActionKind
from adops_pipeline.domain.todo.candidates import Candidate, Key, move_in_words
from adops_pipeline.domain.todo.choice import Action, Place, choose

KEYS: list[Key] = [("meta-ads", str(n)) for n in range(8)]
STEP = 0.2


def place(account: str = "1", currency: str = "EUR", *, running: bool = True, pull: Pull | None = None) -> Place:
    return Place(("meta-ads", account), currency, running, pull)


def move(key: Key, now: float, new: float, money: float = 10.0, revenue: float | None = None) -> Candidate:
    """A change of the budget plan."""
    kind: ActionKind = "raise-budget" if new > now else "lower-budget"
    way: Direction = "up" if new > now else "down"
    return Candidate(key, kind, Severity.INFO, money, "the plan's words", way, (now, new), revenue)


def pace(key: Key, direction: Direction, money: float = 100.0) -> Candidate:
    kind: ActionKind = "slow-down" if direction == "down" else "speed-up"
    return Candidate(key, kind, Severity.WARNING, money, "the pacing's words", direction)


def other(key: Key, kind: ActionKind, money: float = 100.0) -> Candidate:
    return Candidate(key, kind, Severity.CRITICAL, money, "words")


def kinds(actions: Sequence[Action]) -> list[str]:
    return [action.chosen.kind for action in actions]


def test_a_stop_comes_before_everything_else_of_its_campaign() -> None:
    found = [pace(KEYS[0], "up", 900.0), other(KEYS[0], "fix-tracking", 1.0), other(KEYS[0], "check-anomaly", 50.0)]
    (action,) = choose(found, {KEYS[0]: place(pull="up")}, 5)
    assert action.chosen.kind == "fix-tracking"
    assert action.supersedes == "Do this first; until then leave its pace and an unusual value."


def test_the_plan_does_not_raise_what_is_over_its_budget() -> None:
    places = {KEYS[0]: place(pull="down"), KEYS[1]: place()}
    found = [move(KEYS[0], 100, 120), move(KEYS[1], 100, 80), pace(KEYS[0], "down")]
    (action,) = choose(found, places, 5)
    assert action.chosen.kind == "slow-down"
    assert action.supersedes == "Overrides the budget plan's raise: the budget that is set asks for less spend."


def test_without_a_verdict_that_asks_for_somebody_the_contradicting_plan_is_dropped() -> None:
    assert (
        choose([move(KEYS[0], 100, 120), move(KEYS[1], 100, 80)], {KEYS[0]: place(pull="down"), KEYS[1]: place()}, 5)
        == []
    )


def test_where_both_ask_for_the_same_the_pacing_says_how() -> None:
    places = {KEYS[0]: place(pull="down"), KEYS[1]: place()}
    found = [move(KEYS[0], 100, 80), move(KEYS[1], 100, 120), pace(KEYS[0], "down")]
    assert kinds(choose(found, places, 5)) == ["slow-down"]


def test_what_is_raised_is_what_is_lowered_and_the_best_move_is_funded_first() -> None:
    places = dict.fromkeys(KEYS, place())
    # At stake is the plan's gain by the money that is moved, so the same for each unit: the expected revenue decides.
    found = [
        move(KEYS[0], 100, 120, 20.0, revenue=30.0), move(KEYS[1], 100, 120, 20.0, revenue=50.0),
        move(KEYS[2], 150, 125, 25.0, revenue=-20.0),
    ]  # fmt: skip
    amounts = {action.chosen.key: action.chosen.amounts for action in choose(found, places, 5)}
    assert amounts == {KEYS[0]: (100, 105), KEYS[1]: (100, 120), KEYS[2]: (150, 125)}


def test_the_cut_that_costs_least_is_made_first() -> None:
    places = dict.fromkeys(KEYS, place())
    found = [
        move(KEYS[0], 100, 80, revenue=-40.0), move(KEYS[1], 100, 80, revenue=-10.0),
        move(KEYS[2], 150, 175, revenue=60.0),
    ]  # fmt: skip
    amounts = {action.chosen.key: action.chosen.amounts for action in choose(found, places, 5)}
    assert amounts == {KEYS[0]: (100, 95), KEYS[1]: (100, 80), KEYS[2]: (150, 175)}


def test_what_is_left_of_a_move_has_the_severity_of_what_is_left_at_stake() -> None:
    places = dict.fromkeys(KEYS, place())
    full = replace(move(KEYS[0], 100, 120, money=120.0), severity=Severity.WARNING)
    (cut,) = (action.chosen for action in choose([full, move(KEYS[1], 100, 95)], places, 5) if action.chosen.money > 10)
    assert (cut.amounts, cut.severity) == ((100, 105), Severity.INFO)
    assert cut.money == pytest.approx(30.0)


def test_a_daily_budget_that_is_not_spent_is_neither_raised_nor_lowered() -> None:
    places = {KEYS[0]: place(pull="unspent"), KEYS[1]: place(pull="unspent"), KEYS[2]: place(), KEYS[3]: place()}
    found = [move(KEYS[0], 100, 120), move(KEYS[1], 100, 80), move(KEYS[2], 100, 110), move(KEYS[3], 100, 90)]
    assert {action.chosen.key for action in choose(found, places, 5)} == {KEYS[2], KEYS[3]}
    (slow, *_) = choose([pace(KEYS[0], "up"), *found], places, 5)
    assert slow.supersedes == "Overrides the budget plan's raise: the budget that is set is not spent."


def test_of_two_unusual_values_the_dearer_one_is_looked_at_and_puts_nothing_on_hold() -> None:
    found = [other(KEYS[0], "check-anomaly", 3.0), other(KEYS[0], "check-anomaly", 9.0)]
    (action,) = choose(found, {KEYS[0]: place()}, 5)
    assert (action.chosen.money, action.supersedes) == (9.0, None)


@pytest.mark.parametrize("new", [80, 120])
@pytest.mark.parametrize(("revenue", "words"), [(9.0, "EUR 9.00 more"), (-9.0, "EUR 9.00 less")])
def test_expected_revenue_is_more_or_less_and_never_a_negative_less(new: float, revenue: float, words: str) -> None:
    assert move_in_words(100, new, "EUR", revenue).endswith(f"and expects {words} revenue a day here.")


def test_money_is_not_moved_between_currencies() -> None:
    places = {KEYS[0]: place(), KEYS[1]: place(currency="USD")}
    assert choose([move(KEYS[0], 100, 120), move(KEYS[1], 100, 80)], places, 5) == []


def test_a_campaign_that_does_not_run_has_no_action() -> None:
    assert choose([pace(KEYS[0], "up"), other(KEYS[0], "fix-delivery")], {KEYS[0]: place(running=False)}, 5) == []


def test_an_account_has_its_largest_actions_in_order() -> None:
    found = [other(key, "check-anomaly", money) for key, money in zip(KEYS, (3.0, 9.0, 1.0, 7.0), strict=False)]
    actions = choose(found, dict.fromkeys(KEYS, place()), 2)
    assert [action.chosen.money for action in actions] == [9.0, 7.0]


DIRECTIONS: list[Direction] = ["up", "down"]
OTHERS: list[ActionKind] = ["fix-delivery", "fix-tracking", "check-anomaly", "use-winner"]


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Candidate], dict[Key, Place]]:
    """Random proposals for random campaigns, the plan's within the allowed step."""
    places = {
        key: place(
            draw(st.sampled_from("12")), draw(st.sampled_from(["EUR", "USD"])), running=draw(st.booleans()),
            pull=draw(st.sampled_from([None, *DIRECTIONS, "unspent"])),
        )
        for key in KEYS
    }  # fmt: skip
    return [draw(proposals(key)) for key in draw(st.lists(st.sampled_from(KEYS), max_size=20))], places


@st.composite
def proposals(draw: st.DrawFn, key: Key) -> Candidate:
    """One proposal for a campaign."""
    money = draw(st.floats(0.0, 1e6))
    match draw(st.sampled_from(["plan", "pacing", "other"])):
        case "plan":
            now = draw(st.floats(1.0, 1e6))
            return move(key, now, now * draw(st.floats(1 - STEP, 1 + STEP)), money, draw(st.floats(-1e6, 1e6)))
        case "pacing":
            return pace(key, draw(st.sampled_from(DIRECTIONS)), money)
        case _:
            return other(key, draw(st.sampled_from(OTHERS)), money)


@given(worlds(), st.integers(1, 4))
def test_no_list_contradicts_itself(world: tuple[list[Candidate], dict[Key, Place]], per_account: int) -> None:
    found, places = world
    actions = choose(found, places, per_account)
    keys = [action.chosen.key for action in actions]
    assert len(set(keys)) == len(keys)
    assert all(count <= per_account for count in Counter(places[key].account for key in keys).values())
    balance: Counter[str] = Counter()
    for action in actions:
        one, at = action.chosen, places[action.chosen.key]
        assert at.is_running
        if one.amounts is not None:
            now, new = one.amounts
            assert abs(new / now - 1) <= STEP + 1e-9
            assert at.pull is None or one.direction == at.pull
            assert (new > now) is (one.kind == "raise-budget")
            balance[at.currency] += new - now  # type: ignore[assignment]
    largest = max([1.0, *(one.amounts[0] for one in found if one.amounts)])
    # A move too small to be worth the work is left out: that much may be missing on one side.
    assert all(abs(rest) <= 0.03 * largest * 2 for rest in balance.values())
    stops = {one.key for one in found if one.kind in ("fix-delivery", "fix-tracking")}
    assert all(action.chosen.kind.startswith("fix") for action in actions if action.chosen.key in stops)


@pytest.mark.parametrize("money", [0.0, 5.0])
def test_the_order_does_not_depend_on_the_order_of_the_proposals(money: float) -> None:
    places = dict.fromkeys(KEYS, place())
    found = [move(KEYS[0], 100, 120, money), move(KEYS[1], 100, 85, money), other(KEYS[2], "use-winner", money)]
    assert choose(found, places, 5) == choose(found[::-1], places, 5)
