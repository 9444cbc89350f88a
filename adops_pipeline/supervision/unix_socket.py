"""Addresses of Unix sockets: they are limited to about a hundred bytes, and the path of a data folder may be longer."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_MAX_BYTES = 100


@contextmanager
def socket_address(path: Path) -> Iterator[str]:
    """An address for the socket at ``path`` to bind or connect to inside the block."""
    if len(os.fsencode(path)) <= _MAX_BYTES:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
