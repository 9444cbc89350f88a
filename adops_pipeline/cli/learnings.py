"""`adops learnings`: list and show what memories teach, and recommend for a situation."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from adops_pipeline.cli.console import USAGE, fail
from adops_pipeline.cli.family import AsJson, add_family
from adops_pipeline.cli.front import exit_on_refusal, load_services, print_json, print_line
from adops_pipeline.cli.memory import situation

_FAMILY = """List and show what memories of agents teach, and recommend for a situation.

Examples:

    adops learnings list --gate 0.7

    adops learnings recommend platform=meta-ads condition=weekend
"""
Gate = Annotated[float, typer.Option(help="Lower bound of the confidence that a learning must reach.", min=0, max=0.99)]


def register(app: typer.Typer) -> None:
    """Add the family."""
    add_family(app, "learnings", _FAMILY, {"list": list_command, "show": show, "recommend": recommend})


def list_command(
    as_of: Annotated[
        str | None, typer.Option(metavar="TIME", help="What was believed then: 2026-11-01T12:00, or a day: at its end.")
    ] = None,
    gate: Gate = 0.6,
    as_json: AsJson = False,
) -> None:
    """List learnings, the surest first."""
    services = load_services()
    with exit_on_refusal():
        found = services.learnings.believed(None if as_of is None else _instant(as_of))
    from adops_pipeline.services.documents.memory import learning_document

    rows = [learning_document(row, gate) for row in found]
    if as_json:
        print_json(rows)
    elif rows:
        from adops_pipeline.cli.memory_views import list_learnings

        list_learnings(rows)
    else:
        when = "yet" if as_of is None else "by then"
        print_line(f"Nothing was learned {when}: learnings come from memories with outcomes, at every sync.")


def show(
    key: Annotated[str, typer.Argument(help="Key of a learning, or the beginning of it.")], as_json: AsJson = False
) -> None:
    """Show a learning with every version of it: what was believed when."""
    services = load_services()
    with exit_on_refusal():
        versions = services.learnings.history(key)
    if as_json:
        print_json(versions)
        return
    from adops_pipeline.cli.memory_views import show_learning

    show_learning(versions)


def recommend(
    features: Annotated[list[str], typer.Argument(metavar="FEATURE=VALUE", help="The situation, see `memory recall`.")],
    agent: Annotated[str | None, typer.Option(help="Only memories of this agent; learnings are those of all.")] = None,
    gate: Gate = 0.6,
    as_json: AsJson = False,
) -> None:
    """Recommend for a situation: learnings that apply and pass the gate, and memories that fit."""
    services = load_services()
    with exit_on_refusal():
        found = services.recommender.recommend(situation(features), agent_id=agent, gate=gate)
    if as_json:
        from adops_pipeline.services.documents.memory import recommendations_document

        print_json(recommendations_document(found))
        return
    from adops_pipeline.cli.memory_views import show_recommendations

    show_recommendations(found)


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        fail(f"--as-of {text!r} is not a time such as 2026-11-01 or 2026-11-01T12:00", USAGE)
    if "T" not in text and " " not in text:  # a day: what was believed when it ended
        found += timedelta(days=1)
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
