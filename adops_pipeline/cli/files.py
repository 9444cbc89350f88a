"""Files that commands read: what cannot be read ends the command with one line and exit code 2."""

import sys
from pathlib import Path

from rich.markup import escape

from adops_pipeline.cli.console import USAGE, fail


def read_bytes(file: Path | str, option: str = "", *, filled: bool = False) -> bytes:
    """The content of a file, or of standard input for ``-``; if ``filled``, not only blanks.

    ``option`` is named in errors, as it is typed.
    """
    try:
        content = sys.stdin.buffer.read() if str(file) == "-" else Path(file).read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a name with a NUL character
        fail(f"{shown(file, option)}{_reason(error)}", USAGE)
    if filled and not content.strip():
        fail(f"{shown(file, option)} is empty", USAGE)
    return content


def read_text(file: Path | str, option: str = "") -> str:
    """The text of a file in UTF-8, with or without a byte order mark; not only blanks."""
    try:
        return read_bytes(file, option, filled=True).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        fail(f"{shown(file, option)} is not UTF-8 text (byte {error.start + 1} is wrong); save it as UTF-8", USAGE)


def shown(file: Path | str, option: str = "") -> str:
    """The option and the file as errors name them, with escaped markup."""
    name = "standard input" if str(file) == "-" else escape(repr(str(file)) if "\n" in str(file) else str(file))
    return f"{option} {name}".strip()


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        return ": there is no such file"
    if isinstance(error, IsADirectoryError):
        return " is a folder; name a file"
    return f" cannot be read: {error.strerror if isinstance(error, OSError) else 'that is no name of a file'}"
