"""`adops proposals`: changes on the platforms that wait for a decision, and what became of the others."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from adops_pipeline.cli.console import UNFINISHED, USAGE, fail
from adops_pipeline.cli.family import AsJson, By, Commands, add_family
from adops_pipeline.cli.front import (
    by_prefix,
    exit_on_refusal,
    load_services,
    login_name,
    print_json,
    print_line,
)

if TYPE_CHECKING:
    from adops_pipeline.services.proposals.service import Proposal, ProposalService

_FAMILY = """Decide on changes of the ad platforms: list, show, approve, reject, undo; or propose today's budget plan.

Examples:

    adops proposals from-plan

    adops proposals approve --all-from-plan

    adops proposals undo 3f2a91 --why "the sale was cancelled"
"""
_WAITING = ("proposed", "approved", "applying", "uncertain")
Id = Annotated[str, typer.Argument(metavar="ID", help="A proposal's id, or its first 6 characters.")]


def register(app: typer.Typer) -> None:
    """Add the family."""
    commands: Commands = {
        "list": list_command, "show": show, "approve": approve,
        "reject": reject, "undo": undo, "from-plan": from_plan,
    }  # fmt: skip
    add_family(app, "proposals", _FAMILY, commands)


def list_command(
    everything: Annotated[bool, typer.Option("--all", help="Include proposals that are closed.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the proposals that wait for somebody, newest first."""
    with exit_on_refusal():
        proposals = load_services().proposals
        found = proposals.list(statuses=() if everything else _WAITING)
        conflicts = proposals.conflicts(found)
    if as_json:
        from adops_pipeline.services.documents.proposals import proposal_document

        print_json([proposal_document(one, conflicts[one.id]) for one in found])
    elif found:
        from adops_pipeline.cli.proposal_views import list_proposals

        list_proposals(found, conflicts)
    else:
        print_line("No proposal waits. Make some from today's budget plan and pacing: adops proposals from-plan")


def show(typed: Id, as_json: AsJson = False) -> None:
    """Show a proposal: what changes, the money at stake, what pacing and plan say, who decided what."""
    with exit_on_refusal():
        proposals = load_services().proposals
        proposal = proposals.get(_known(proposals, typed))
        conflicts = proposals.conflicts([proposal])[proposal.id]
    if as_json:
        from adops_pipeline.services.documents.proposals import proposal_document

        print_json(proposal_document(proposal, conflicts))
    else:
        from adops_pipeline.cli.proposal_views import show_proposal

        show_proposal(proposal, conflicts)


def approve(
    typed: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="Ids, or their first 6 characters.")
    ] = None,
    all_from_plan: Annotated[
        bool, typer.Option("--all-from-plan", help="Everything that waits from the budget plan and pacing.")
    ] = False,
    by: By = None,
    why: Annotated[str | None, typer.Option(help="Reason, kept with the decision.")] = None,
    as_json: AsJson = False,
) -> None:
    """Approve proposals and apply them at once. Approving an uncertain one looks up its outcome again."""
    if bool(typed) is all_from_plan:
        fail("name the proposals to approve, or give --all-from-plan", USAGE)
    with exit_on_refusal():
        proposals = load_services().proposals
        if all_from_plan:
            ids = [one.id for one in proposals.list(statuses=("proposed", "approved"), source="plan")]
        else:
            ids = [_known(proposals, one) for one in typed or ()]
    _decide(ids, lambda one: proposals.approve(one, by or login_name(), why), as_json=as_json)


def reject(
    typed: Annotated[list[str], typer.Argument(metavar="ID...", help="Ids, or their first 6 characters.")],
    why: Annotated[str, typer.Option(help="Reason, kept with the decision.")],
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Reject proposals that were not applied; close an uncertain one that you have looked at."""
    with exit_on_refusal():
        proposals = load_services().proposals
        ids = [_known(proposals, one) for one in typed]
    _decide(ids, lambda one: proposals.reject(one, by or login_name(), why), as_json=as_json, is_good=("rejected",))


def undo(
    typed: Id, why: Annotated[str, typer.Option(help="Reason, kept with the decision.")], by: By = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Undo an applied change: restore the state before it, unless the object has changed since."""
    with exit_on_refusal():
        proposals = load_services().proposals
        known = _known(proposals, typed)
    _decide([known], lambda one: proposals.undo(one, by or login_name(), why), as_json=as_json)


def from_plan(by: By = None, as_json: AsJson = False) -> None:
    """Propose what today's budget plan and pacing ask for: one proposal for each campaign, all wait for approval."""
    services = load_services()
    with exit_on_refusal():
        found = services.plan_proposals.propose(by or login_name())
        conflicts = services.proposals.conflicts(found.proposals)
    if as_json:
        from adops_pipeline.services.documents.proposals import from_plan_document

        print_json(from_plan_document(found, conflicts))
    else:
        from adops_pipeline.cli.proposal_views import show_plan

        show_plan(found, conflicts)


def _known(proposals: "ProposalService", typed: str) -> str:
    return by_prefix("proposal", typed, (one.id for one in proposals.list()))


def _decide(
    ids: list[str],
    decide: "Callable[[str], Proposal]",
    *,
    as_json: bool,
    is_good: tuple[str, ...] = ("applied",),
) -> None:
    """Decide on each, whatever becomes of the others. Exit code 3 if not all of them ended as wanted."""
    from adops_pipeline.services.documents.proposals import proposal_document
    from adops_pipeline.services.proposals.several import decide_each

    with exit_on_refusal():
        outcomes = decide_each(ids, decide)
    decided = [one.proposal for one in outcomes if one.proposal is not None]
    refused = [one.refused for one in outcomes if one.refused is not None]
    if as_json:
        print_json({"items": [proposal_document(one, ()) for one in decided], "refused": refused})
    else:
        from adops_pipeline.cli.proposal_views import show_decisions

        show_decisions(decided, refused)
    if refused or any(one.status not in is_good for one in decided):
        raise typer.Exit(UNFINISHED)
