"""The log of a part: rotated at a size limit, marked at each start; its last lines are shown on the terminal."""

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

LOG_CAP_BYTES = 5_000_000
_TAIL_LINES, _TAIL_BYTES = 8, 16_384


@dataclass(frozen=True)
class LogTail:
    """A log file and where the present start of its part begins in it."""

    path: Path
    start: int

    @classmethod
    def begin(cls, path: Path, now: datetime, cap_bytes: int = LOG_CAP_BYTES) -> "LogTail":
        """Mark a new start. A log beyond the cap becomes ``<name>.log.1`` first, replacing an older one."""
        if path.exists() and path.stat().st_size > cap_bytes:
            path.replace(path.with_name(f"{path.name}.1"))
        with path.open("ab") as log:
            log.write(f"--- started {now:%Y-%m-%d %H:%M:%S} UTC ---\n".encode())
            log.flush()
            return cls(path, log.tell())

    def add(self, line: str) -> None:
        """Append a line on behalf of a part that did not start."""
        with self.path.open("a", encoding="utf-8") as log:
            log.write(f"{line}\n")

    def lines(self) -> list[str]:
        """The last lines that the part wrote since this start."""
        with self.path.open("rb") as log:
            end = log.seek(0, os.SEEK_END)
            log.seek(max(self.start, end - _TAIL_BYTES))
            text = log.read().decode("utf-8", errors="replace")
        return [line for line in text.splitlines() if line.strip()][-_TAIL_LINES:]
