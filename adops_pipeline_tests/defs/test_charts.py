"""Charts made of letters."""

from adops_pipeline.defs.charts import bar, sparkline


def test_a_line_rises_from_its_lowest_to_its_highest_value() -> None:
    assert sparkline([1.0, 2.0, 3.0, 2.0]) == "▁▅█▅"
    assert sparkline([5.0, 5.0]) == "▄▄"
    assert sparkline([]) == ""


def test_a_bar_is_as_full_as_its_share_and_says_where_there_is_more() -> None:
    assert bar(0.3) == "███░░░░░░░"
    assert bar(1.2, width=4) == "████▶"
    assert bar(0.0, width=4) == "░░░░"
    assert bar(None) == ""
