"""One action per campaign, and a handful per account, out of what the analyses propose.

The rules, in order:

1. What has stopped comes first: while delivery or tracking is down, no budget of the campaign is judged.
2. A budget that somebody has set (a target, a flight, a daily budget) binds the plan: where pacing asks for less
   spend, the plan does not raise, and where it asks for more, the plan does not lower. Where both ask for the same,
   pacing says how.
3. Of several unusual values the one with the most money at stake is looked at; a budget's verdict comes before them.
4. The plan moves money and creates none: in each currency, what this list raises is what it lowers.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from adops_pipeline.domain.todo.candidates import Candidate, Direction, Key, move_in_words

_PRECEDENCE = {
    "fix-delivery": 0, "fix-tracking": 0, "slow-down": 1, "speed-up": 1, "check-anomaly": 2, "raise-budget": 3,
    "lower-budget": 3, "use-winner": 4,
}  # fmt: skip
_WORDS = {
    "fix-delivery": "the stop of delivery", "fix-tracking": "the stop of tracking", "slow-down": "its pace",
    "speed-up": "its pace", "check-anomaly": "an unusual value", "raise-budget": "the budget plan's raise",
    "lower-budget": "the budget plan's cut", "use-winner": "a decided test",
}  # fmt: skip
_LEAST_MOVE = 0.03
"""A move of which less than this share of the amount is left is not worth the work."""


@dataclass(frozen=True, slots=True)
class Action:
    """A candidate that was chosen, and what it supersedes."""

    chosen: Candidate
    supersedes: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entity belongs, and what binds it. ``pull`` is the direction that its pacing asks for, if any."""

    account: tuple[str, str]
    currency: str
    is_running: bool
    pull: Direction | None


def choose(candidates: Iterable[Candidate], places: Mapping[Key, Place], per_account: int) -> list[Action]:
    """The actions of all accounts, each account's by money at stake, largest first.

    ``places`` are all entities; a candidate of one that does not run is left out.
    """
    of_entity: dict[Key, list[Candidate]] = {}
    for one in candidates:
        place = places.get(one.key)
        if place is not None and place.is_running:
            of_entity.setdefault(one.key, []).append(one)
    actions = [action for key, found in of_entity.items() if (action := _one_action(found, places[key].pull))]
    # Balanced before and after the cut: what is left out no longer gives or takes money.
    kept = _first_of_each(_balanced(actions, places), places, per_account)
    return sorted(_balanced(kept, places), key=lambda action: _order(action, places))


def _one_action(found: Sequence[Candidate], pull: Direction | None) -> Action | None:
    """The action of one entity, by precedence, then by money; None where only the plan asks, against its pacing."""
    ordered = sorted(found, key=lambda one: (_is_against(one, pull), _PRECEDENCE[one.kind], -one.money, one.kind))
    chosen, *others = ordered
    if _is_against(chosen, pull):
        return None
    waiting = dict.fromkeys(_WORDS[one.kind] for one in others if not _is_against(one, pull))
    against = dict.fromkeys(_WORDS[one.kind] for one in others if _is_against(one, pull))
    words = [f"Do this first; until then leave {' and '.join(waiting)}."] if waiting else []
    if against:
        asks = "less" if pull == "down" else "more"
        words.append(f"Overrides {' and '.join(against)}: the budget that is set asks for {asks} spend.")
    return Action(chosen, " ".join(words) or None)


def _is_against(one: Candidate, pull: Direction | None) -> bool:
    """Whether the plan moves the spend against what the pacing of its budget asks for."""
    return one.amounts is not None and pull is not None and one.direction != pull


def _order(action: Action, places: Mapping[Key, Place]) -> tuple[tuple[str, str], float, Key]:
    return places[action.chosen.key].account, -action.chosen.money, action.chosen.key


def _first_of_each(actions: Iterable[Action], places: Mapping[Key, Place], per_account: int) -> list[Action]:
    """The first ``per_account`` actions of each account."""
    counts: dict[tuple[str, str], int] = {}
    kept = []
    for action in sorted(actions, key=lambda action: _order(action, places)):
        account = places[action.chosen.key].account
        counts[account] = counts.get(account, 0) + 1
        if counts[account] <= per_account:
            kept.append(action)
    return kept


def _balanced(actions: Sequence[Action], places: Mapping[Key, Place]) -> list[Action]:
    """The actions with the plan's raises and cuts of each currency limited to the smaller of their sums.

    The moves that bring most for each unit of money come first; the last one is made smaller.
    """
    sums = _sums(actions, places)
    left = {side: min(sums.get((side[0], way), 0.0) for way in ("up", "down")) for side in sums}
    balanced = [action for action in actions if action.chosen.amounts is None]
    moves = [action for action in actions if action.chosen.amounts is not None]
    for action in sorted(moves, key=lambda action: (-_worth(action.chosen), action.chosen.key)):
        one = action.chosen
        side = (places[one.key].currency, one.direction)
        limited = _limited(one, left[side], places[one.key].currency)
        if limited is not None:
            left[side] -= _change(limited)
            balanced.append(replace(action, chosen=limited))
    return balanced


def _sums(actions: Iterable[Action], places: Mapping[Key, Place]) -> dict[tuple[str, str | None], float]:
    """Money that the plan's moves raise and cut, by currency and direction."""
    sums: dict[tuple[str, str | None], float] = {}
    for action in actions:
        if action.chosen.amounts is not None:
            side = (places[action.chosen.key].currency, action.chosen.direction)
            sums[side] = sums.get(side, 0.0) + _change(action.chosen)
    return sums


def _change(one: Candidate) -> float:
    now, new = one.amounts or (0.0, 0.0)
    return abs(new - now)


def _worth(one: Candidate) -> float:
    """Money at stake for each unit of money that is moved."""
    return one.money / max(_change(one), 1e-9)


def _limited(one: Candidate, most: float, currency: str) -> Candidate | None:
    """The move, by at most ``most`` a day; None if too little is left of it."""
    assert one.amounts is not None
    now, new = one.amounts
    change = _change(one)
    if change <= most * (1.0 + 1e-9):
        return one
    if most < _LEAST_MOVE * now:
        return None
    changed = now + most if new > now else now - most
    return replace(
        one, amounts=(now, changed), money=one.money * most / change, instruction=move_in_words(now, changed, currency)
    )
