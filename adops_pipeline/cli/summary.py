"""Prints the summary of a run: a row for each platform and currency, then everything that needs attention."""

from rich import box
from rich.markup import escape
from rich.table import Table

from adops_pipeline.cli.console import out
from adops_pipeline.domain.money import format_amount
from adops_pipeline.services.alerts import FiringSummary
from adops_pipeline.services.run_outcome import RunOutcome

_SEE_REJECTS = 'adops sql "FROM analytics_rejects SELECT platform, account_id, date, reason"'
_SEE_BUDGETS = '"SELECT campaign_name, verdict, recommendation FROM budgets_now ORDER BY money_at_stake DESC LIMIT 5"'


def print_summary(outcome: RunOutcome) -> None:
    """Print the summary."""
    if outcome.stopped_by is not None:
        published = "the new snapshot is published" if outcome.has_published else "nothing was published"
        _say(f"stopped by {outcome.stopped_by}; {published}. Run the same command again to continue")
        return
    if outcome.error:
        _say(f"[red]failed[/red] {escape(outcome.error)}")
    if outcome.rows:
        out.print(_table(outcome))
    for headline in outcome.headlines:
        _say(f"[bold]{headline.concept:<11}[/bold] {escape(headline.sentence)}")
    if outcome.alerts is not None:
        _say(f"[bold]{'alerts':<11}[/bold] {escape(_alerts(outcome.alerts))}")
    _print_problems(outcome)
    for note in outcome.notes:
        _say(f"[yellow]note[/yellow] {escape(note)}")
    if outcome.succeeded:
        day = f"--as-of {outcome.past_day} " if outcome.past_day else ""
        _say(f"Published {outcome.snapshot} in {outcome.seconds:.1f} s. Query it: adops sql {day}{_SEE_BUDGETS}")


def _print_problems(outcome: RunOutcome) -> None:
    if outcome.unrecorded:
        _say(f"[red]not recorded[/red] {escape(outcome.unrecorded)}")
    for failure in outcome.journal.failures:
        _say(f"[red]account failed[/red] {escape(failure.reason)}")
    for check in outcome.failed_checks:
        lines = check.detail.split("\n")
        shown = f" {lines[0]}" if len(lines) == 1 else "".join(f"\n  {line}" for line in lines)
        _say(f"[yellow]check failed[/yellow] {check.name}:{escape(shown)}")
    if outcome.journal.rejects:
        _say(f"[yellow]{outcome.journal.rejects:,} rows rejected[/yellow]; list them: {_SEE_REJECTS}")


def _say(line: str) -> None:
    out.print(line, highlight=False, soft_wrap=True)


def _alerts(firing: FiringSummary) -> str:
    if not firing.total:
        return "none firing"
    return f"{firing.total:,} firing, {firing.critical:,} critical; newest: {firing.newest}"


def _table(outcome: RunOutcome) -> Table:
    seconds = outcome.journal.seconds
    known = "conversions and revenue as known so far"
    title = f"As of {outcome.as_of:%Y-%m-%d %H:%M} UTC, money in each account's currency, {known}"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for name in ("Platform", "Currency"):
        table.add_column(name, no_wrap=True)
    for name in ("Accounts", "Campaigns", "Rows", "Spend", "Conversions", "Revenue", "Rejects", "Pulls", "Seconds"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in outcome.rows:
        table.add_row(
            row.platform, row.currency, f"{row.accounts:,}", f"{row.campaigns:,}", f"{row.rows:,}",
            format_amount(row.spend, row.currency), f"{row.conversions:,.2f}", format_amount(row.revenue, row.currency),
            f"{row.rejects:,}", f"{row.pulls:,}", str(seconds.get(row.platform, "")),
        )  # fmt: skip
    return table
