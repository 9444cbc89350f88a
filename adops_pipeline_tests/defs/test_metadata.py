"""Metadata that Dagster's web UI renders as markdown: names in it are text."""

import pytest

from adops_pipeline.defs.metadata import as_markdown
from adops_pipeline.defs.table_checks import as_result
from adops_pipeline.warehouse.violations import Violation
from adops_pipeline_tests.domain.test_markdown import shown_of
from adops_pipeline_tests.hostile_names import HOSTILE, addresses, mentions, obeyed


@pytest.mark.parametrize("what", HOSTILE)
def test_a_preview_and_a_check_show_names_as_text(what: str) -> None:
    name = HOSTILE[what]
    check = (
        as_result("campaigns", "key_is_unique", [Violation("campaigns", name, 1, name)]).metadata["violations"].value
    )
    for document in (as_markdown(["name", "next"], [(name, 1.5)]).value, check):
        assert isinstance(document, str)
        rows, kinds = shown_of(document)
        assert kinds == set()
        assert [len(row) for row in rows] == [len(rows[0])] * 2
        cells = " ".join(rows[1])
        assert obeyed(cells) == addresses(cells) == mentions(cells) == []


def test_numbers_and_empty_cells_stay_readable() -> None:
    shown = as_markdown(["a", "b", "c"], [(1234.5, None, "over_pacing")]).value
    assert isinstance(shown, str)
    assert shown_of(shown)[0][1] == ["1,234", "", "over_pacing"]
