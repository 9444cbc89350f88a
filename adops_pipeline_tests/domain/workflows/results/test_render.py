"""Results as markdown and as plain text."""

from datetime import date
from decimal import Decimal

from adops_pipeline.domain.severity import Severity
from adops_pipeline.domain.workflows.results import (
    Check,
    Finding,
    ResultTable,
    Subject,
    WorkflowResult,
    render_markdown,
    render_text,
)

_RESULT = WorkflowResult(
    "pacing-check",
    "Of 2 budgets 1 overpaces.",
    (Check("budgets", 1200, date(2026, 11, 23)), Check("campaigns", 3)),
    (
        Finding(
            Severity.CRITICAL, Subject("meta-ads", None, "8", "Autumn | *new*\n<b>"), "EUR 5.00.", {}, "overpacing"
        ),
        Finding(Severity.INFO, Subject(), "All in all."),
    ),
    ("Nothing was set.",),
    ("1 budget is old.",),
    (
        ResultTable(
            "Budgets", ("platform", "spend", "ratio"), (("meta-ads", Decimal("0.50"), 1.256), ("x|y", None, 2))
        ),
        ResultTable("Empty", ("a",), ()),
    ),
)


def test_markdown_shows_everything_and_no_name_becomes_markup() -> None:
    assert render_markdown(_RESULT) == (
        "**Of 2 budgets 1 overpaces.**\n\n"
        "Checked: 1,200 budgets through 2026-11-23; 3 campaigns.\n\n"
        "### Found\n\n"
        "- 🔴 **critical** overpacing Autumn \\| \\*new\\* &lt;b\\> (meta-ads): EUR 5.00.\n"
        "- 🔵 **info** All in all.\n\n"
        "### Done\n\n- Nothing was set.\n\n"
        "### Left out\n\n- 1 budget is old.\n\n"
        "### Budgets\n\n"
        "| platform | spend | ratio |\n| --- | --- | --- |\n| meta-ads | 0.50 | 1.26 |\n| x\\|y |  | 2 |\n"
    )


def test_text_shows_the_same_in_columns() -> None:
    assert render_text(_RESULT) == (
        "Of 2 budgets 1 overpaces.\n\n"
        "Checked: 1,200 budgets through 2026-11-23; 3 campaigns.\n\n"
        "Found:\n"
        "  critical overpacing Autumn | *new* <b> (meta-ads): EUR 5.00.\n"
        "  info     All in all.\n\n"
        "Done:\n  Nothing was set.\n\n"
        "Left out:\n  1 budget is old.\n\n"
        "Budgets:\n"
        "  platform  spend  ratio\n"
        "  meta-ads  0.50   1.26\n"
        "  x|y              2\n"
    )


def test_what_is_beyond_the_limit_is_counted() -> None:
    many = WorkflowResult(
        "x",
        "Many.",
        found=tuple(Finding(Severity.INFO, Subject(), str(n)) for n in range(5)),
        tables=(ResultTable("T", ("n",), tuple((n,) for n in range(1003))),),
    )
    for text in (render_markdown(many, 3), render_text(many, 3)):
        assert "… and 2 more\n" in text
        assert "… and 1,000 more rows\n" in text


def test_a_result_of_nothing_is_its_summary() -> None:
    nothing = WorkflowResult("x", "Nothing to check: there is no data.")
    assert render_markdown(nothing) == "**Nothing to check: there is no data.**\n"
    assert render_text(nothing) == "Nothing to check: there is no data.\n"
