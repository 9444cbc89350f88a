"""`adops memory`: list, recall, remember, judge and retract memories of agents."""

import json
from typing import Annotated, Any

import typer
from rich.markup import escape

from adops_pipeline.cli.console import USAGE, fail
from adops_pipeline.cli.family import AsJson, By, Commands, add_family
from adops_pipeline.cli.front import (
    by_prefix,
    exit_on_refusal,
    load_services,
    login_name,
    print_json,
    print_line,
)

_FAMILY = """List, recall, remember, judge and retract memories of agents.

Examples:

    adops memory recall platform=meta-ads condition=weekend spendLevel=high

    adops memory feedback 1f0c2a wrong --note "that was a holiday"

    adops memory retract 1f0c2a --reason "wrong campaign"
"""
_REMEMBER_HELP = """Remember something as AGENT.

Documents are JSON objects; what each TYPE must contain is in docs/agents.md.

Examples:

    adops memory remember trader observation --action '{"subject": "feed", "finding": "The feed breaks on Mondays"}'

    adops memory remember trader optimization --context '{"platform": "pinterest"}' --action '{"kind": "pause"}'
"""
_TYPES = "campaign_outcome, optimization, preference, ab_test_result or observation"
_VERDICTS = ("useful", "wrong", "outdated")
Agent = Annotated[str | None, typer.Option(help="Only memories of this agent.")]
Type = Annotated[list[str] | None, typer.Option("--type", help=f"Only this type: {_TYPES}. Repeatable.")]
Tags = Annotated[list[str] | None, typer.Option("--tag", help="Only memories with this tag. Repeatable.")]
Limit = Annotated[int, typer.Option(help="Memories at most.", min=1, max=200)]
MemoryId = Annotated[str, typer.Argument(metavar="ID", help="A memory's id, or its first 6 characters.")]


def register(app: typer.Typer) -> None:
    """Add the family."""
    commands: Commands = {
        "list": list_command, "recall": recall,
        "remember": remember, "feedback": feedback, "retract": retract,
    }  # fmt: skip
    add_family(app, "memory", _FAMILY, commands, {"remember": _REMEMBER_HELP})


def list_command(
    agent: Agent = None, types: Type = None, tags: Tags = None, limit: Limit = 50, as_json: AsJson = False
) -> None:
    """List memories: clear outcomes and young ones first."""
    _show(None, agent, types, tags, limit, as_json=as_json)


def recall(
    features: Annotated[
        list[str],
        typer.Argument(
            metavar="FEATURE=VALUE",
            help="The situation: platform, objective, bidding, season, condition, spendLevel, cpaLevel (low, medium,"
            " high), trend (falling, flat, rising).",
        ),
    ],
    agent: Agent = None,
    types: Type = None,
    tags: Tags = None,
    limit: Limit = 10,
    as_json: AsJson = False,
) -> None:
    """Recall the memories that fit a situation best, with the reasons."""
    _show(situation(features), agent, types, tags, limit, as_json=as_json)


def remember(
    agent: Annotated[str, typer.Argument(help="Agent that remembers.")],
    kind: Annotated[str, typer.Argument(metavar="TYPE", help=f"One of {_TYPES}.")],
    action: Annotated[str, typer.Option(help="What was done, preferred, tested or found: a JSON object.")],
    context: Annotated[str, typer.Option(help="The situation: a JSON object.")] = "{}",
    outcome: Annotated[str | None, typer.Option(help="What came of it: a JSON object. Without it: pending.")] = None,
    score: Annotated[float | None, typer.Option(help="Score of the outcome, -1 to 1.")] = None,
    tags: Annotated[list[str] | None, typer.Option("--tag", help="Search tag. Repeatable.")] = None,
    as_json: AsJson = False,
) -> None:
    """Remember something."""
    from adops_pipeline.domain.memory.draft import Draft

    result = None if outcome is None else _document("--outcome", outcome)
    draft = Draft(
        agent,
        kind,  # type: ignore[arg-type]  # the schemas refuse an unknown type
        _document("--context", context),
        _document("--action", action),
        result,
        score,
        tuple(tags or ()),
    )
    services = load_services()
    with exit_on_refusal():
        added = services.memories.remember(draft)
    if as_json:
        from adops_pipeline.services.documents.memory import memory_document

        print_json(memory_document(added.memory) | {"merged": added.merged, "replaced": added.replaced})
    elif added.merged:
        print_line(f"Exactly this is remembered already: {added.memory.id} (again: {added.memory.repeats:,}).")
    else:
        note = f", in place of {added.replaced}" if added.replaced else ""
        print_line(f"Remembered as {added.memory.id}{note}.")


def feedback(
    typed: MemoryId,
    verdict: Annotated[str, typer.Argument(help="useful, wrong or outdated.")],
    note: Annotated[str | None, typer.Option(help="Why.")] = None,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Say that a memory is useful, wrong or outdated; your last word counts. Learnings are recomputed."""
    if verdict not in _VERDICTS:
        from adops_pipeline.domain.workflows.nearest import did_you_mean

        near = did_you_mean(verdict, _VERDICTS)
        fail(escape(f"VERDICT {verdict!r} is none of {', '.join(_VERDICTS)}{near}"), USAGE)
    services = load_services()
    with exit_on_refusal():
        known = by_prefix("memory", typed, services.memories.ids_with(typed))
        memory = services.memories.judge(known, verdict, by or login_name(), note)  # type: ignore[arg-type]  # above
    if as_json:
        print_json({"id": memory.id, "feedback": dict(memory.feedback)})
    else:
        counts = ", ".join(f"{count:,} {word}" for word, count in memory.feedback.items())
        print_line(f"Memory {memory.id}: {counts}.")


def retract(
    typed: MemoryId,
    reason: Annotated[str, typer.Option(help="Why; kept with the memory.")],
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Take a memory back: it stays on record, no longer counts, and learnings that rested on it are recomputed."""
    services = load_services()
    with exit_on_refusal():
        known = by_prefix("memory", typed, services.memories.ids_with(typed))
        memory = services.memories.retract(known, by or login_name(), reason)
    if as_json:
        print_json({"id": memory.id, "retracted_at": memory.retracted_at})
    else:
        print_line(f"Memory {memory.id} is retracted. Learnings were recomputed.")


def situation(features: list[str]) -> dict[str, Any]:
    """The context that ``name=value`` arguments describe."""
    found = {}
    for feature in features:
        name, sign, value = feature.partition("=")
        if not (name and sign and value):
            fail(f"{escape(repr(feature))} is not FEATURE=VALUE, such as platform=meta-ads", USAGE)
        found[name] = value
    return found


def _show(
    context: dict[str, Any] | None, agent: str | None, types: list[str] | None, tags: list[str] | None, limit: int, *,
    as_json: bool,
) -> None:  # fmt: skip
    services = load_services()
    with exit_on_refusal():
        found = services.memories.recall(
            agent_id=agent,
            types=types or (),  # type: ignore[arg-type]  # an unknown type finds nothing
            tags=tags or (),
            platform=None if context is None else context.get("platform"),
            context=context,
            limit=limit,
        )
    if as_json:
        from adops_pipeline.services.documents.memory import recalled_document

        print_json([recalled_document(one) for one in found])
    elif found:
        from adops_pipeline.cli.memory_views import list_recalled

        list_recalled(found)
    else:
        print_line("Nothing is remembered about this. Syncs remember measured changes and finished A/B tests.")


def _document(option: str, text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        fail(f'{option} is not a JSON object such as {escape("{")}"platform": "meta-ads"{escape("}")}', USAGE)
    return found
