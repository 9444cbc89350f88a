"""Names in markdown: read back by a parser, they are text and nothing else."""

import pytest
from markdown_it import MarkdownIt

from adops_pipeline.domain import markdown
from adops_pipeline_tests.hostile_names import HOSTILE, addresses, mentions, obeyed

PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
_TEXT = {"text", "text_special", "softbreak"}


def shown_of(document: str) -> tuple[list[list[str]], set[str]]:
    """The cells of the only table, row by row, and the kinds of everything that is no plain text in them."""
    rows: list[list[str]] = []
    kinds = set()
    for token in PARSER.parse(document):
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            children = token.children or []
            rows[-1].append("".join(child.content for child in children))
            kinds |= {child.type for child in children} - _TEXT
        elif token.type.split("_")[0] not in {"table", "thead", "tbody", "tr", "th", "td"}:
            kinds.add(token.type)
    return rows, kinds


@pytest.mark.parametrize("what", HOSTILE)
def test_a_name_is_one_cell_of_text(what: str) -> None:
    cell = markdown.plain(HOSTILE[what])
    rows, kinds = shown_of(markdown.table(["name", "next"], [[cell, "1"]]))
    assert kinds == set()
    assert [len(row) for row in rows] == [2, 2]
    assert rows[1][1] == "1"
    assert obeyed(rows[1][0]) == addresses(rows[1][0]) == mentions(rows[1][0]) == []


@pytest.mark.parametrize("what", HOSTILE)
def test_a_name_opens_no_block_at_the_start_of_a_line(what: str) -> None:
    kinds = {token.type for token in PARSER.parse(f"- {markdown.plain(HOSTILE[what]) or '.'}")}
    assert kinds == {
        "bullet_list_open", "list_item_open", "paragraph_open", "inline", "paragraph_close", "list_item_close",
        "bullet_list_close",
    }  # fmt: skip


@pytest.mark.parametrize(
    "name", ["Brand DE_2", "Sale: 50 % & more", "a|b", "<b>", "C:\\x", "#1 *new*", "秋 👩‍👩‍👧", "1.5"]
)
def test_a_name_is_shown_as_it_is(name: str) -> None:
    rows, kinds = shown_of(markdown.table(["name"], [[markdown.plain(name)]]))
    assert (rows[1], kinds) == ([name], set())
