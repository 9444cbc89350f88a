"""Text helpers, and moments as tables hold them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from adops_pipeline.domain import markdown
from adops_pipeline.domain.moments import as_stored
from adops_pipeline.domain.text import one_line


def test_breaks_tabs_and_runs_of_spaces_become_one_space() -> None:
    assert one_line(" a\n\tb  c\r\n") == "a b c"
    assert one_line(ValueError("first\nsecond")) == "first second"


def test_a_markdown_table_has_a_header_a_rule_and_its_rows() -> None:
    assert markdown.table(["day", "EUR"], [["Monday", "1.50"], ["Tuesday", ""]]) == (
        "| day | EUR |\n| --- | --- |\n| Monday | 1.50 |\n| Tuesday |  |"
    )


def test_a_moment_is_stored_in_utc_without_a_zone() -> None:
    evening = datetime(2026, 11, 23, 19, 30, tzinfo=ZoneInfo("America/New_York"))
    assert as_stored(evening) == datetime(2026, 11, 24, 0, 30)  # noqa: DTZ001 - the point
