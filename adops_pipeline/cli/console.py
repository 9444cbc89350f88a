"""Consoles and exit codes of the command line. What is printed never acts on the terminal."""

import re
from collections.abc import Iterable
from typing import Any, NoReturn

import typer
from rich.console import Console, ConsoleOptions, RenderableType
from rich.errors import MarkupError
from rich.segment import Segment
from rich.text import Text

from adops_pipeline.domain.terminal import lines_for_terminal

OK, FAILED, USAGE, UNFINISHED, INTERRUPTED = 0, 1, 2, 3, 130
"""Exit codes; 3: finished, but with rejected rows, failed accounts or failed checks; 130: by Ctrl-C or SIGTERM."""

_PLAIN_WIDTH = 120
_LONG_WORD, _WORD_SHOWN = re.compile(r"\S{400,}"), 80


class _SafeConsole(Console):
    """Shows what a terminal would obey in names and messages (escape sequences, marks of direction) as escapes.

    Texts are made safe before they are laid out, so that columns stay aligned; what Rich makes of markup on other ways,
    such as the texts of progress bars, when it is written.
    """

    def render_str(self, text: str, **options: Any) -> Text:  # noqa: ANN401 - passed on as they are
        """The text with its markup. Markup that is none, as in a path, is shown as it stands."""
        safe = lines_for_terminal(text)
        try:
            return super().render_str(safe, **options)
        except MarkupError:
            return super().render_str(safe, **{**options, "markup": False})

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """The segments of which a renderable consists; those that move the cursor are Rich's own."""
        for segment in super().render(renderable, options):
            safe = segment.text if segment.control else lines_for_terminal(segment.text)
            yield segment if safe == segment.text else Segment(safe, segment.style)


def _console(*, stderr: bool = False) -> Console:
    """A console as wide as the terminal, or wide enough for every table if the output is a file or a pipe.

    Names are data: ``:warning:`` in one is no emoji.
    """
    console = _SafeConsole(stderr=stderr, emoji=False)
    if not console.is_terminal:
        console.width = _PLAIN_WIDTH
    return console


out = _console()
err = _console(stderr=True)


def fail(message: str, code: int = FAILED) -> NoReturn:
    """Print the message to stderr and exit. A word that no person typed is shortened."""
    message = _LONG_WORD.sub(lambda found: f"{found[0][:_WORD_SHOWN]}…", message)
    err.print(f"[red]error[/red] {message}", highlight=False, soft_wrap=True, markup=True)
    raise typer.Exit(code)
