"""`adops budget-test`: two-week tests of budgets whose effect is not known, started as A/B tests."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from adops_pipeline.cli.console import USAGE, fail, out
from adops_pipeline.cli.front import exit_on_refusal, grid, load_services, login_name, print_json
from adops_pipeline.cli.sql import snapshot_path

if TYPE_CHECKING:
    from adops_pipeline.services.budget_tests import BudgetTest

_HELP = """List the campaigns whose response to spend is not known, or plan and start the budget test of one.

Money moves only between campaigns whose response is known. A test sets a higher budget for a week and a lower one for
the next, and compares the same ad groups in both.

Examples:

    adops budget-test

    adops budget-test google-ads:2041 --from 2026-11-02

    adops budget-test google-ads:2041 --from 2026-11-02 --start
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="budget-test", help=_HELP)(budget_test)


def budget_test(
    campaign: Annotated[str | None, typer.Argument(metavar="PLATFORM:CAMPAIGN", help="The campaign.")] = None,
    first: Annotated[str | None, typer.Option("--from", metavar="DATE", help="First day (default: tomorrow).")] = None,
    start: Annotated[bool, typer.Option("--start", help="Define the A/B test; every run evaluates it.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Plan or start a budget test."""
    from adops_pipeline.services.budget_tests import budget_tests

    first_day = _day(first)
    tests = {test.campaign: test for test in budget_tests(snapshot_path())}
    if campaign is None:
        if start:
            fail("--start needs a campaign: `adops budget-test` lists those that need a test", USAGE)
        _list(list(tests.values()), as_json=as_json)
        return
    if campaign not in tests:
        from adops_pipeline.domain.workflows.nearest import did_you_mean

        near = did_you_mean(campaign, tests) or "; `adops budget-test` lists the campaigns that do"
        fail(escape(f"{campaign!r} needs no budget test{near}"), USAGE)
    if not tests[campaign].fits(first_day):
        fail(escape(f"{campaign} ends on {tests[campaign].last_day}, before a test from {first_day} on would"), USAGE)
    if start:
        _start(tests[campaign], first_day)
    _show(tests[campaign], first_day, as_json=as_json, is_started=start)


def _day(text: str | None) -> date:
    from adops_pipeline.clock import system_clock

    try:
        return date.fromisoformat(text) if text else system_clock().date() + timedelta(days=1)
    except ValueError:
        fail(escape(f"--from {text!r} is not a date, e.g. 2026-11-02"), USAGE)


def _start(test: "BudgetTest", first_day: date) -> None:
    with exit_on_refusal():
        load_services().ab_tests.define(test.definition(first_day), login_name())


def _list(tests: "list[BudgetTest]", *, as_json: bool) -> None:
    from adops_pipeline.domain.figures import plural
    from adops_pipeline.domain.money import format_money

    if as_json:
        print_json([_row(test) for test in tests])
        return
    amounts = ("Now a day", "First week", "Second week")
    table = grid("Campaign", "Name", "Why", *amounts, "Error", right=(*amounts, "Error"), fold=("Name", "Why"))
    for test in tests:
        money = (format_money(x, test.currency) for x in (test.current_daily, test.high_daily, test.low_daily))
        name, why = escape(test.campaign_name or ""), test.identification.replace("-", " ")
        table.add_row(test.campaign, name, why, *money, f"±{test.elasticity_error:.2f}")
    out.print(table)
    out.print(
        f"{plural(len(tests), 'campaign')} to test. Error: how exactly the test tells the percent of results per "
        "percent of spend, as a standard error; above 0.5 it tells little",
        style="dim",
    )


def _show(test: "BudgetTest", first_day: date, *, as_json: bool, is_started: bool) -> None:
    definition = test.definition(first_day)
    if as_json:
        document = definition.model_dump(mode="json", exclude_none=True)
        print_json(_row(test) | {"definition": document, "steps": test.steps(first_day)})
        return
    for line in test.steps(first_day):
        out.print(escape(line), highlight=False, soft_wrap=True)
    said = f"A/B test {definition.id} is defined; every run evaluates it" if is_started else "start it with --start"
    out.print(escape(said), highlight=False, soft_wrap=True, style="dim")


def _row(test: "BudgetTest") -> dict[str, object]:
    amounts = {name: str(getattr(test, name)) for name in ("current_daily", "high_daily", "low_daily")}
    words = {name: getattr(test, name) for name in ("campaign", "campaign_name", "currency", "identification")}
    return words | amounts | {"elasticity_error": test.elasticity_error, "ad_group_ids": list(test.ad_groups)}
