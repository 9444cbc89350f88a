"""`adops ab-test` and `adops sample-size`: calculators. No stored test is read here."""

import csv
import io
import json
import re
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.markup import escape
from rich.table import Table

from adops_pipeline.cli.console import USAGE, fail, out
from adops_pipeline.cli.files import read_text, shown
from adops_pipeline.domain.probability import format_probability

if TYPE_CHECKING:
    from adops_pipeline.domain.experiments.results import Comparison

_AB_HELP = """Compare variant B with variant A.

Recommended: a CSV of units (columns variant, unit, numerator, denominator; the first variant seen is A). Units that are
dates are days: both variants are paired by day, and the correlation of the days is estimated. Other units (people,
regions) are taken as independent; with `--randomised` their numbers are checked against halves, or what `--split` says.

`--a` and `--b` (`successes/trials`) declare that trials are independent of each other. People are; impressions and
clicks of the same days are not, and a test on them finds differences where there are none.

The plain z test applies to proportions only and is rejected for CPC, CPA, ROAS and CPM.

Examples:

    adops ab-test --metric cpa --units days.csv

    adops ab-test --metric ctr --a 912/40100 --b 1003/39870 --split 0.5 --json
"""
_SIZE_HELP = """Number of observations that each arm needs (two-sided test of two proportions).

Examples:

    adops sample-size --baseline 0.03 --lift-abs 0.004

    adops sample-size --baseline 0.03 --lift-rel 0.1 --power 0.9 --json
"""
_OPTION_NAMES = re.compile(r"\b(lift_abs|lift_rel|baseline|alpha|power)\b")
_COLUMNS = ("variant", "unit", "numerator", "denominator")
_METRICS = ("ctr", "cvr", "cpc", "cpa", "roas", "cpm")
_IMPOSSIBLE = {
    "different-currency", "method-does-not-fit", "metric-is-not-a-proportion", "missing-columns", "missing-value",
    "needs-two-variants", "negative-input", "not-finite", "out-of-range", "successes-exceed-trials", "unknown-metric",
    "z-test-needs-a-proportion",
}  # fmt: skip
"""Reasons for no result that no further data could remove: the input is wrong."""
_MOST_TRIALS = 1e15
"""Beyond it a float cannot count."""
Method = Literal["auto", "z", "exact", "log-delta", "fieller"]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(name="ab-test", help=_AB_HELP)(ab_test)
    app.command(name="sample-size", help=_SIZE_HELP)(size)


def ab_test(
    metric: Annotated[str, typer.Option(help="ctr, cvr, cpc, cpa, roas or cpm.")],
    a: Annotated[str | None, typer.Option(help="Arm A as successes/trials.")] = None,
    b: Annotated[str | None, typer.Option(help="Arm B as successes/trials.")] = None,
    units: Annotated[Path | None, typer.Option(metavar="FILE.csv", help="Units of both arms.")] = None,
    alpha: Annotated[float, typer.Option(help="Two-sided error.")] = 0.05,
    method: Annotated[Method, typer.Option(help="`auto` chooses the test by the metric.")] = "auto",
    split: Annotated[float | None, typer.Option(help="A's planned share; a split unlike it is reported.")] = None,
    randomised: Annotated[
        bool, typer.Option("--randomised", help="Chance decided who saw which variant. `--split` says so too.")
    ] = False,
    no_split_check: Annotated[
        bool, typer.Option("--no-split-check", help="Do not check how many units each variant has.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Compare two variants."""
    from adops_pipeline.domain.experiments.calculator import compare_proportions, compare_units

    if not 0 < alpha < 1:
        fail(f"--alpha {alpha} is not between 0 and 1", USAGE)
    if split is not None and not 0 < split < 1:
        fail(f"--split {split} is not A's share, between 0 and 1", USAGE)
    if split is not None and no_split_check:
        fail("--split names the share to check, --no-split-check leaves the check out: give one of them", USAGE)
    if split is not None and metric == "cvr" and units is None:
        fail(
            "--split cannot be checked on clicks, because a better variant has more of them: give --units, or check "
            "the impressions with --metric ctr; --randomised says that chance decided",
            USAGE,
        )
    if units is not None and a is None and b is None:
        compared = compare_units(
            metric,
            _units(units),
            alpha,
            method,
            expected_split=split,
            is_randomised=randomised,
            is_split_checked=not no_split_check,
        )
    elif units is None and a is not None and b is not None:
        compared = compare_proportions(
            metric,
            *_arm("--a", a),
            *_arm("--b", b),
            alpha,
            method,
            expected_split=split,
            is_randomised=randomised,
        )
    else:
        fail("give either --a and --b (successes/trials each) or --units FILE.csv", USAGE)
    if compared.reason is not None and compared.reason in _IMPOSSIBLE:
        if as_json:
            print(json.dumps(compared.as_dict(), indent=2))
        fail(f"{_place(compared.reason, metric, method, units)}: {escape(compared.explanation)}", USAGE)
    if as_json:
        print(json.dumps(compared.as_dict(), indent=2))
    else:
        _show(compared, alpha)


def _place(reason: str, metric: str, method: str, units: Path | None) -> str:
    """The options whose values cannot be."""
    if reason == "unknown-metric":
        from adops_pipeline.domain.workflows.nearest import did_you_mean

        return escape(f"--metric {metric!r}{did_you_mean(metric, _METRICS)}")
    if reason in ("method-does-not-fit", "z-test-needs-a-proportion"):
        return f"--method {method} with --metric {escape(metric)}"
    if units is not None:
        return shown(units, "--units")
    return f"--metric {escape(metric)}" if reason == "metric-is-not-a-proportion" else "--a, --b"


def _arm(option: str, text: str) -> tuple[float, float]:
    """Successes and trials. Ends the command where no data could be so: then there is nothing to wait for."""
    try:
        successes, trials = map(float, text.split("/"))
    except ValueError:
        fail(f"{option} {text!r} is not successes/trials, e.g. 912/40100", USAGE)
    if not (isfinite(successes) and isfinite(trials)):
        fail(f"{option} {text!r} must be two finite numbers: successes/trials, e.g. 912/40100", USAGE)
    if successes < 0 or trials < 0:
        fail(f"{option} {text!r} has a negative number; give successes/trials, e.g. 912/40100", USAGE)
    if trials == 0:
        fail(f"{option} {text!r} has no trials, so that there is nothing to compare", USAGE)
    if trials > _MOST_TRIALS:
        fail(f"{option} {text!r} has more than {_MOST_TRIALS:.0e} trials", USAGE)
    if successes > trials:
        fail(f"{option} {text!r} has more successes than trials", USAGE)
    return successes, trials


def _units(path: Path) -> list[dict[str, str | float]]:
    """The rows of a units file. Ends the command at the first wrong line, naming it."""
    reader = csv.DictReader(io.StringIO(read_text(path, "--units"), newline=""))
    name = shown(path, "--units")
    missing = [column for column in _COLUMNS if column not in (reader.fieldnames or ())]
    if missing:
        fail(f"{name}, line 1: the columns {', '.join(missing)} are missing; it needs {', '.join(_COLUMNS)}", USAGE)
    try:
        rows = [_unit(name, reader.line_num, row) for row in reader]
    except csv.Error as error:
        fail(f"{name}, line {reader.line_num}: {error}", USAGE)
    if not rows:
        fail(f"{name} has no rows below its header", USAGE)
    return rows


def _unit(file: str, line: int, row: dict[str, str | None]) -> dict[str, str | float]:
    try:
        numbers = {name: float(row[name] or "") for name in ("numerator", "denominator")}
    except ValueError:
        fail(f"{file}, line {line}: numerator and denominator must be numbers", USAGE)
    extra = {"currency": row["currency"] or ""} if row.get("currency") is not None else {}
    return {"variant": row["variant"] or "", "unit": row["unit"] or "", **numbers, **extra}


def _show(compared: "Comparison", alpha: float) -> None:
    table = Table("", "A", "B", f"B against A ({1 - alpha:.0%} interval)")
    table.add_row(compared.metric, _number(compared.value_a), _number(compared.value_b), _effect(compared))
    out.print(table)
    facts = {
        "method": compared.method,
        "probability that B is better": _probability(compared.probability_b_beats_a),
        "split p": _number(compared.srm_p),
    }
    out.print("  ".join(f"{name} {value}" for name, value in facts.items() if value), highlight=False)
    for line in _readings(compared, alpha):
        out.print(line, highlight=False)
    if compared.p_value is None or compared.verdict == "invalid":
        out.print(f"[bold]{compared.verdict}[/bold] {escape(compared.explanation)}", highlight=False)
    else:
        out.print(escape(compared.explanation), highlight=False)
    if compared.unit == "trial":
        out.print(
            "--a and --b declare the trials to be independent of each other. Impressions and clicks are not: give days "
            "with --units, and what both variants share on a day cancels.",
            highlight=False,
        )


def _readings(compared: "Comparison", alpha: float) -> list[str]:
    """Which number holds for whom: one look planned beforehand, or a look every day."""
    if compared.p_value is None or compared.always_valid_p is None:
        return []
    readers = (
        ("One look, planned before the test began", "p", compared.p_value),
        ("A look every day, stopping at will", "always-valid p", compared.always_valid_p),
    )
    return [f"{reader}: {name} {_number(p)}, {_reading(compared, is_shown=p <= alpha)}" for reader, name, p in readers]


def _reading(compared: "Comparison", *, is_shown: bool) -> str:
    if compared.verdict == "invalid":
        return "not to be trusted"
    return f"significant, winner {compared.winner or 'none'}" if is_shown else "no difference shown"


def _effect(compared: "Comparison") -> str:
    if compared.lift is None:
        return ""
    if compared.ci_low is None or compared.ci_high is None:
        return f"{compared.lift:+.1%}"
    return f"{compared.lift:+.1%} ({compared.ci_low:+.1%} to {compared.ci_high:+.1%})"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"


def _probability(value: float | None) -> str:
    return "" if value is None else format_probability(value)


def size(
    baseline: Annotated[float, typer.Option(help="Rate of arm A, e.g. 0.03.")],
    lift_abs: Annotated[float | None, typer.Option(help="Smallest absolute lift to detect, e.g. 0.004.")] = None,
    lift_rel: Annotated[float | None, typer.Option(help="Smallest relative lift to detect, e.g. 0.1.")] = None,
    alpha: Annotated[float, typer.Option(help="Two-sided error.")] = 0.05,
    power: Annotated[float, typer.Option(help="Probability of detecting the lift.")] = 0.8,
    as_json: Annotated[bool, typer.Option("--json", help="Print n_per_arm as JSON.")] = False,
) -> None:
    """Sample size for two proportions."""
    from adops_pipeline.domain.experiments.power import sample_size

    try:
        n = sample_size(baseline, lift_abs, lift_rel, alpha, power)
    except ValueError as error:
        fail(_OPTION_NAMES.sub(lambda found: f"--{found[0].replace('_', '-')}", str(error)), USAGE)
    if as_json:
        print(json.dumps({"n_per_arm": n}))
    else:
        out.print(f"{n:,} observations per arm", highlight=False)
