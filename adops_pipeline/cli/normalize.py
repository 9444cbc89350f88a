"""`adops normalize`: turns a platform's API response into unified rows. Nothing is stored."""

import json
import re
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from adops_pipeline.cli.console import UNFINISHED, USAGE, err, fail, out
from adops_pipeline.cli.files import read_bytes
from adops_pipeline.domain.currencies import CURRENCIES
from adops_pipeline.domain.terminal import for_terminal, json_for_terminal
from adops_pipeline.domain.vocabulary import Platform

_HELP = """Turn a platform's API response for a daily campaign report into unified rows.

FILE holds one JSON document, or one a line: a Google searchStream array or search object, a Meta insights page, a
Pinterest analytics array or async report object, or bare rows of these, also packed by gzip, zip or zstandard; `-`
reads stdin. Rejected rows are printed to stderr with their reasons, and the exit code is 3.

Examples:

    adops normalize google-ads answer.json

    adops normalize pinterest rows.ndjson --account-id 549755885175 --account-currency EUR --json
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="normalize", help=_HELP)(normalize)


def normalize(
    platform: Annotated[Platform, typer.Argument(help="Platform that the response came from.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="File with the response; - for stdin.")],
    account_id: Annotated[str | None, typer.Option(help="Account id, if the rows do not contain it.")] = None,
    account_currency: Annotated[
        str | None, typer.Option(help="ISO 4217 currency, if the rows do not contain it.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON array instead of a table.")] = False,
) -> None:
    """Print the unified rows."""
    from adops_pipeline.services.normalization import DocumentError, is_stored, normalize_answer
    from adops_pipeline.settings import load_settings
    from adops_pipeline.wiring import normalize_options

    data = read_bytes(file, filled=True)
    if account_currency is not None and account_currency.upper() not in CURRENCIES:
        fail(escape(f"--account-currency {account_currency!r} is not an ISO 4217 code, e.g. EUR"), USAGE)
    if account_id and not re.fullmatch(r"(act_)?[0-9-]+", account_id):
        fail(f"--account-id {escape(repr(account_id))} is not an id: digits, with act_ or dashes at most", USAGE)
    settings = load_settings()
    try:
        rows, rejects = normalize_answer(
            platform,
            data,
            account_id=account_id,
            currency=account_currency,
            options=normalize_options(settings),
            most_mb=settings.limits.answer_mb,
        )
    except DocumentError as error:
        fail(escape(f"{file}: {error}"))
    if as_json or not out.is_terminal:
        print(json_for_terminal(json.dumps(rows, indent=2, ensure_ascii=False)))
    else:
        out.print(_table(rows))
    for reject in rejects:
        kind = "in part" if is_stored(reject) else "rejected"
        print(for_terminal(f"{kind}: {reject['reason']}: {reject['raw']}"), file=sys.stderr)
    if rejects:
        lost = sum(not is_stored(reject) for reject in rejects)
        partly = f", {len(rejects) - lost} read in part" if lost < len(rejects) else ""
        err.print(f"{lost} of {len(rows) + lost} rows rejected{partly}", highlight=False)
        raise typer.Exit(UNFINISHED)


def _table(rows: list[dict[str, object]]) -> Table:
    shown = ("date", "account_id", "campaign_id", "campaign_name", "currency", "impressions", "clicks", "spend")
    columns = (*shown, "conversions", "revenue")
    table = Table(*columns)
    for row in rows:
        table.add_row(*(escape(str(row[c])) if row[c] is not None else "" for c in columns))
    return table
