"""One action per campaign, and a handful per account, out of what the analyses propose.

The rules, in order:

1. What has stopped comes first: while delivery or tracking is down, no budget of the campaign is judged.
2. A budget that somebody has set (a target, a flight, a daily budget) binds the plan: where pacing asks for less
   spend, the plan does not raise, and where it asks for more, the plan does not lower. Where both ask for the same,
   pacing says how. A daily budget that is not spent is not raised either: a higher one would not be spent.
3. Of several unusual values the one with the most money at stake is looked at; a budget's verdict comes before them.
4. The plan moves money and creates none: in each currency, what this list raises is what it lowers.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from adops_pipeline.domain.pacing.pulls import Pull
from adops_pipeline.domain.todo.candidates import Candidate, Key, move_in_words
from adops_pipeline.domain.verdict import DEFAULT_SEVERITY, SeverityRules, Stake, severity_of

_PRECEDENCE = {
    "fix-delivery": 0, "fix-tracking": 0, "slow-down": 1, "speed-up": 1, "check-anomaly": 2, "raise-budget": 3,
    "lower-budget": 3, "use-winner": 4,
}  # fmt: skip
_WORDS = {
    "fix-delivery": "the stop of delivery", "fix-tracking": "the stop of tracking", "slow-down": "its pace",
    "speed-up": "its pace", "check-anomaly": "an unusual value", "raise-budget": "the budget plan's raise",
    "lower-budget": "the budget plan's cut", "use-winner": "a decided test",
}  # fmt: skip
_ASKS: Mapping[Pull | None, str] = {
    "down": "the budget that is set asks for less spend", "up": "the budget that is set asks for more spend",
    "unspent": "the budget that is set is not spent",
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
    """Where an entity belongs, and what binds it. ``pull`` is what its pacing asks for, if anything."""

    account: tuple[str, str]
    currency: str
    is_running: bool
    pull: Pull | None


def choose(
    candidates: Iterable[Candidate],
    places: Mapping[Key, Place],
    per_account: int,
    rules: SeverityRules = DEFAULT_SEVERITY,
) -> list[Action]:
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
    kept = _first_of_each(_balanced(actions, places, rules), places, per_account)
    return sorted(_balanced(kept, places, rules), key=lambda action: _order(action, places))


def _one_action(found: Sequence[Candidate], pull: Pull | None) -> Action | None:
    """The action of one entity, by precedence, then by money; None where only the plan asks, against its pacing."""
    ordered = sorted(found, key=lambda one: (_is_against(one, pull), _PRECEDENCE[one.kind], -one.money, one.kind))
    chosen, *others = ordered
    if _is_against(chosen, pull):
        return None
    waiting = dict.fromkeys(
        _WORDS[one.kind] for one in others if one.kind != chosen.kind and not _is_against(one, pull)
    )
    against = dict.fromkeys(_WORDS[one.kind] for one in others if _is_against(one, pull))
    words = [f"Do this first; until then leave {' and '.join(waiting)}."] if waiting else []
    if against:
        words.append(f"Overrides {' and '.join(against)}: {_ASKS[pull]}.")
    return Action(chosen, " ".join(words) or None)


def _is_against(one: Candidate, pull: Pull | None) -> bool:
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


def _balanced(actions: Sequence[Action], places: Mapping[Key, Place], rules: SeverityRules) -> list[Action]:
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
        limited = _limited(one, left[side], places[one.key].currency, rules)
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
    """The revenue that the plan expects of each unit of money that is moved; what a cut costs is negative."""
    return (one.revenue or 0.0) / max(_change(one), 1e-9)


def _limited(one: Candidate, most: float, currency: str, rules: SeverityRules) -> Candidate | None:
    """The move, by at most ``most`` a day, with the severity of what is left; None if that is too little."""
    assert one.amounts is not None
    now, new = one.amounts
    change = _change(one)
    if change <= most * (1.0 + 1e-9):
        return one
    if most < _LEAST_MOVE * now:
        return None
    share, changed = most / change, now + most if new > now else now - most
    money, revenue = one.money * share, None if one.revenue is None else one.revenue * share
    return replace(
        one,
        amounts=(now, changed),
        money=money,
        revenue=revenue,
        severity=severity_of(Stake(money, now, currency, one.certainty), rules),
        instruction=move_in_words(now, changed, currency),
    )
