"""GitHub-flavoured markdown with names in it: data stay data. No wording."""

import re
from collections.abc import Sequence

from adops_pipeline.domain.terminal import for_terminal
from adops_pipeline.domain.text import one_line

_MARKS = re.compile(r"[\\`*_\[\]|~#>]|^[-+=]")
_LINK = re.compile(r"(?i)(?<=:)(?=//)|(?<=www)(?=\.)|(?<=@)")
"""Where text becomes an address or a mention of its own accord: ``https://…``, ``www.…``, ``@team``, ``me@host``."""
_GAP = "\u200b"


def plain(text: object) -> str:
    """The text in one line that no renderer turns into markup, a link, a mention or a control character."""
    shown = _MARKS.sub(lambda mark: f"\\{mark[0]}", for_terminal(one_line(text)))
    return _LINK.sub(_GAP, shown.replace("&", "&amp;").replace("<", "&lt;"))


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table. Cells are markdown already: one line each, pipes escaped."""
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (columns, ["---"] * len(columns), *rows))
