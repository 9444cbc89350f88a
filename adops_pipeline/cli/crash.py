"""The last resort of every command: an error that nobody foresaw becomes one line, and its details go to a file.

Errors of files and folders have lines of their own, because their user can mend the cause.
"""

import errno
import os
import sys
import tempfile
import traceback
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from adops_pipeline.cli.console import FAILED, err
from adops_pipeline.domain.text import one_line

_LONGEST_REASON = 300
_WAYS_OUT: dict[int, str] = {
    errno.ENOSPC: "the disk is full: free space and run the same command again; what was published is unchanged",
    errno.EFBIG: "the limit of file sizes is reached: raise it (ulimit -f) and run the same command again; what was "
    "published is unchanged",
    errno.EIO: "the disk reports an error: check it and its free space and run the same command again; what was "
    "published is unchanged",
    errno.EDQUOT: "the disk quota is used up: free space and run the same command again",
    errno.EROFS: "the file system is read-only: make it writable, or choose another folder with ADOPS_DATA_DIR",
    errno.EACCES: "permission was denied: change the owner or the permissions, or set ADOPS_DATA_DIR",
    errno.EPERM: "permission was denied: change the owner or the permissions, or set ADOPS_DATA_DIR",
    errno.ENOTDIR: "a part of this path is a file where a folder is needed: set ADOPS_DATA_DIR to a folder",
    errno.EEXIST: "a file stands where a folder is needed: set ADOPS_DATA_DIR to a folder",
    errno.EMFILE: "this process has too many files open: raise the limit (ulimit -n)",
}

_IN_WORDS = (
    ("No space left on device", errno.ENOSPC),
    ("database or disk is full", errno.ENOSPC),
    ("File too large", errno.EFBIG),
    ("disk I/O error", errno.EIO),
    ("Read-only file system", errno.EROFS),
    ("attempt to write a readonly database", errno.EROFS),
)


def report(error: BaseException, data_dir: Callable[[], Path], redact: Callable[[str], str]) -> int:
    """Print one line about ``error`` and return the exit code.

    The traceback is written to ``<data>/logs``, without credentials, unless the line says it all.
    """
    if (line := disk_line(error)) is not None:
        _say(line)
        return FAILED
    reason = one_line(redact(str(error)))[:_LONGEST_REASON]
    written = _write(redact("".join(traceback.format_exception(error))), data_dir)
    place = f"the details are in {written}" if written else "the details could not be written to any folder"
    _say(f"unexpected {type(error).__name__}{f': {reason}' if reason else ''}; {place}")
    return FAILED


def disk_line(error: BaseException | None) -> str | None:
    """The line for a full disk, a read-only folder and the like, also where such an error caused another one."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, OSError) and error.errno in _WAYS_OUT:
            place = f"{error.filename}: " if error.filename else ""
            return f"{place}{_WAYS_OUT[error.errno]}"
        if (line := disk_words(str(error))) is not None:
            return line
        error = error.__cause__ or error.__context__
    return None


def disk_words(text: str) -> str | None:
    """The line for an error of the disk that DuckDB, SQLite or Dagster state in words."""
    return next((_WAYS_OUT[number] for words, number in _IN_WORDS if words in text), None)


def _write(text: str, data_dir: Callable[[], Path]) -> Path | None:
    """Write the details below the data folder, or where that is impossible in the temporary folder."""
    name = f"crash-{datetime.now(UTC):%Y%m%dT%H%M%S}-{os.getpid()}.txt"
    for in_data_dir in (True, False):
        path = None
        try:
            path = (data_dir() / "logs" if in_data_dir else Path(tempfile.gettempdir())) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(f"adops {' '.join(sys.argv[1:2])}\n\n{text}", encoding="utf-8")
        except (OSError, ValueError):
            if path is not None:
                with suppress(OSError):
                    path.unlink(missing_ok=True)  # half-written
            continue
        return path
    return None


def _say(line: str) -> None:
    err.print(f"[red]error[/red] {_escaped(line)}", highlight=False, soft_wrap=True)


def _escaped(line: str) -> str:
    from rich.markup import escape

    return escape(line)
