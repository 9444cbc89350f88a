"""Tables of memories and learnings for the terminal."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.markup import escape

from adops_pipeline.cli.console import out
from adops_pipeline.cli.front import SHORT, grid, moment, print_line
from adops_pipeline.domain.memory import words
from adops_pipeline.domain.memory.memory import Memory
from adops_pipeline.services.memory.memories import Recalled
from adops_pipeline.services.memory.recommendations import Recommendations


def list_recalled(found: Sequence[Recalled]) -> None:
    """Print a row for each memory."""
    table = grid("Id", "Agent", "Type", "Rank", "Memory and reasons", right=("Rank",), fold=("Memory and reasons",))
    for one in found:
        memory = one.memory
        what = f"{escape(_text(memory))}\n[dim]{escape('; '.join(one.reasons))}[/dim]"
        table.add_row(memory.id[:SHORT], escape(memory.agent_id), memory.memory_type, f"{one.ranked.rank:.2f}", what)
    out.print(table)


def _text(memory: Memory) -> str:
    place = " ".join(str(memory.context[name]) for name in ("platform", "campaign", "client") if name in memory.context)
    done = f"{words.title(memory.memory_type, memory.action)} {words.details(memory.action)}".strip()
    came = " by ".join(filter(None, (words.verdict(memory.outcome), words.measured(memory.outcome))))
    told = ". ".join(filter(None, (came, words.sentence(memory.action, memory.outcome))))
    return f"{place}: {done} → {told}".removeprefix(": ")


def list_learnings(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print a row for each learning."""
    table = grid("Key", "Sure", "Learning", right=("Sure",), fold=("Learning",))
    for row in rows:
        colour = "green" if row["passes"] else "dim"
        sure = f"[{colour}]{row['lower_bound']:.2f}[/{colour}]"
        table.add_row(
            row["pattern_key"][:SHORT], sure, f"{escape(row['insight'])}\n[dim]{escape(row['counter_evidence'])}[/dim]"
        )
    out.print(table)
    passing = sum(row["passes"] for row in rows)
    print_line(
        f"{passing:,} of {len(rows):,} pass the gate (lower bound of the confidence, and more than chance among all"
        " patterns). Show one with its history: adops learnings show KEY"
    )


def show_learning(versions: Sequence[Mapping[str, Any]]) -> None:
    """Print the newest version of a learning, what it rests on, and what was believed before."""
    newest = versions[0]
    print_line(f"[bold]{escape(newest['insight'])}[/bold]")
    print_line(escape(newest["counter_evidence"]))
    print_line(
        f"Confidence {newest['confidence']:.2f}, lower bound {newest['lower_bound']:.2f}, validated"
        f" {moment(newest['last_validated_at'])} UTC. Memories for it: {', '.join(newest['supporting']) or 'none'}."
    )
    table = grid("Version", "Status", "From", "Until", "Sure", "Insight", fold=("Insight",))
    for row in versions:
        table.add_row(str(row["version"]), row["status"], moment(row["starts_at"]), moment(row["ends_at"]),
                      f"{row['lower_bound']:.2f}", escape(row["insight"]))  # fmt: skip
    out.print(table)


def show_recommendations(found: Recommendations) -> None:
    """Print the learnings that apply, then the memories that fit."""
    for one in found.applicable_learnings:
        print_line(f"[green]✓[/green] {escape(one.learning['insight'])}")
        print_line(f"  {escape(one.learning['counter_evidence'])} What it rests on: --json.")
    if not found.applicable_learnings:
        print_line(f"No learning about this situation is sure enough (gate {found.gate:.2f}).")
    if found.held_back:
        print_line(f"{found.held_back:,} not sure enough: adops learnings list")
    if found.relevant_memories:
        list_recalled(found.relevant_memories)
