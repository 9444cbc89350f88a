"""One decision about several proposals: each is decided on, whatever becomes of the others."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from adops_pipeline.operations.errors import NotFoundError, RefusedError
from adops_pipeline.services.proposals.service import Proposal


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one: the proposal after the decision, or why there was none."""

    id: str
    proposal: Proposal | None
    refused: str | None


def decide_each(ids: Sequence[str], decide: Callable[[str], Proposal]) -> list[Outcome]:
    """Decide on each proposal once, in this order; one that is unknown or refused does not stop the others."""
    outcomes = []
    for one in dict.fromkeys(ids):
        try:
            outcomes.append(Outcome(one, decide(one), None))
        except (NotFoundError, RefusedError) as error:
            outcomes.append(Outcome(one, None, str(error)))
    return outcomes
