"""A file in memory that is emptied while it is written: between a library that writes files and a stream of chunks."""

import io

from typing_extensions import Buffer


class Sink(io.RawIOBase):
    """What Arrow's writers write into; `take` returns and forgets what came since the last call."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        """Whether Arrow may write."""
        return True

    def write(self, part: Buffer) -> int:
        """Keep a part until it is taken."""
        kept = bytes(part)
        self._parts.append(kept)
        return len(kept)

    def take(self) -> bytes:
        """Everything since the last call."""
        taken = b"".join(self._parts)
        self._parts.clear()
        return taken
