"""Tables and pages of proposals for the terminal."""

from collections.abc import Iterator, Mapping, Sequence

from rich.markup import escape

from adops_pipeline.cli.console import err, out
from adops_pipeline.cli.front import SHORT, grid, moment, print_line
from adops_pipeline.domain.terminal import for_terminal
from adops_pipeline.services.documents.proposals import money_in_words
from adops_pipeline.services.proposals.from_plan import FromPlan
from adops_pipeline.services.proposals.service import Proposal

_COLOURS = {"applied": "green", "failed": "red", "uncertain": "magenta", "applying": "magenta", "approved": "yellow"}
Conflicts = Mapping[str, Sequence[str]]


def list_proposals(found: Sequence[Proposal], conflicts: Conflicts) -> None:
    """Print a row for each proposal."""
    table = grid("Id", "Status", "By", "Expires", "Change", fold=("Change",))
    for one in found:
        notes = [f"[dim]{_safe(money_in_words(one))}[/dim]", f"[dim]{_safe(one.reason)}[/dim]"]
        if one.status_reason:
            notes.append(f"[yellow]{_safe(one.status_reason)}[/yellow]")
        if conflicts.get(one.id):
            notes.append(f"[magenta]conflicts with {_short(conflicts[one.id])}: only one can be applied[/magenta]")
        who = one.agent_id or one.proposed_by
        table.add_row(one.id[:SHORT], _status(one), _safe(who), moment(one.expires_at),
                      "\n".join([f"[bold]{_safe(one.title)}[/bold]", *notes]))  # fmt: skip
    out.print(table)
    print_line(
        f"{len(found):,} listed. See one: adops proposals show ID. Decide: adops proposals approve ID or reject ID "
        "--why REASON"
    )


def show_proposal(one: Proposal, conflicts: Sequence[str]) -> None:
    """Print everything about a proposal that a decision needs."""
    agent = f", agent {one.agent_id}" if one.agent_id else ""
    rows: list[tuple[str, str]] = [
        ("Money", money_in_words(one)),
        *(("Change", str(change)) for change in one.changes),
        ("Account", f"{one.platform} {one.account_id}, campaign {one.campaign_id or 'none'}, {one.tool}"),
        ("Reason", one.reason),
        *((source.title(), str(text)) for source, text in _advice(one)),
        *(("Evidence", ", ".join(f"{name} {value}" for name, value in piece.items())) for piece in one.evidence),
        ("Proposed", f"{moment(one.proposed_at)} by {one.proposed_by}{agent}; expires {moment(one.expires_at)}"),
        *_decisions(one),
    ]
    print_line(f"[bold]{_safe(one.title)}[/bold]")
    print_line(f"{'Status':<11}{_status(one)}{f': {_safe(one.status_reason)}' if one.status_reason else ''}")
    for name, text in rows:
        print_line(f"{name:<11}{_safe(text)}")
    if conflicts:
        print_line(f"[magenta]Conflicts  {_short(conflicts)}: only one of them can be applied[/magenta]")


def _decisions(one: Proposal) -> Iterator[tuple[str, str]]:
    """Who decided what, and what became of it."""
    if one.decided_at is not None:
        yield "Decided", f"{moment(one.decided_at)} by {one.decided_by}"
    if one.applied_at is not None:
        checked = "read again and as intended" if one.verified_at else "not as intended when read again"
        yield "Applied", f"{moment(one.applied_at)}, {checked}"
    if one.reversal is not None and "reason" in one.reversal:
        yield "Undo", f"not possible: {one.reversal['reason']}"
    if one.reversal_of is not None:
        yield "Undoes", one.reversal_of
    if one.undone_at is not None:
        yield "Undone", f"{moment(one.undone_at)} by {one.undone_by}"


def show_decisions(decided: Sequence[Proposal], refused: Sequence[str]) -> None:
    """Print what became of each proposal."""
    for one in decided:
        reason = f" – {_safe(one.status_reason)}" if one.status_reason else ""
        print_line(f"{one.id[:SHORT]} {_status(one)} {_safe(one.title)}{reason}")
    for reason in refused:
        err.print(f"[red]refused[/red] {_safe(reason)}", highlight=False, soft_wrap=True)
    if not decided and not refused:
        print_line("No proposal of a plan waits. Make some: adops proposals from-plan")


def show_plan(found: FromPlan, conflicts: Conflicts) -> None:
    """Print the proposals that were made, and why other advice became none."""
    if found.proposals:
        list_proposals(found.proposals, conflicts)
    for one in found.skipped:
        print_line(f"[dim]No proposal for {_safe(one.campaign_name or one.campaign_id)}: {_safe(one.reason)}[/dim]")
    if found.proposals:
        print_line("Apply all of them: adops proposals approve --all-from-plan")
    else:
        print_line("Today's budget plan and pacing ask for no change of a budget that can be proposed.")


def _advice(one: Proposal) -> list[tuple[str, object]]:
    """What pacing, plan and the actions of the day say, in their own sentences."""
    sentences = {"pacing": "recommendation", "plan": "rationale", "todo": "instruction"}
    return [(name, one.pacing[name].get(column)) for name, column in sentences.items() if name in one.pacing]


def _status(one: Proposal) -> str:
    colour = _COLOURS.get(one.status, "blue")
    return f"[{colour}]{one.status}[/{colour}]"


def _short(ids: Sequence[str]) -> str:
    return ", ".join(one[:SHORT] for one in ids)


def _safe(text: str) -> str:
    """Text of others, which can act neither on the markup nor on the terminal."""
    return escape(for_terminal(text))
