"""Proposed changes: `model` describes one, `queries` find, `moves` add and change their status."""

from adops_pipeline.operations.proposals.model import NewProposal, Proposal, Source
from adops_pipeline.operations.proposals.moves import Decision, insert, move, note, record_event
from adops_pipeline.operations.proposals.queries import (
    created_objects,
    due,
    find_twin,
    get,
    newest,
    of_account_today,
    open_reversal,
    rivals,
    with_status,
)

__all__ = [
    "Decision",
    "NewProposal",
    "Proposal",
    "Source",
    "created_objects",
    "due",
    "find_twin",
    "get",
    "insert",
    "move",
    "newest",
    "note",
    "of_account_today",
    "open_reversal",
    "record_event",
    "rivals",
    "with_status",
]
