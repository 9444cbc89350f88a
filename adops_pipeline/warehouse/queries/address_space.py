"""Bounds what this process may allocate. DuckDB bounds its own buffers, but not what one scalar function allocates."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_BESIDE_DUCKDB_MB = 512
"""For the interpreter, the threads' stacks and the rows in Python."""


@contextmanager
def bounded_address_space(memory_mb: int) -> Iterator[None]:
    """Allow this process to allocate what a query of ``memory_mb`` takes, beside what it has. Not everywhere possible.

    For a process that runs nothing but one query: what exceeds the bound fails anywhere in the process.
    """
    if sys.platform != "linux":  # elsewhere there is no such bound, or it is not kept
        yield
        return
    import resource  # noqa: PLC0415 - does not exist everywhere

    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    bound = pages * resource.getpagesize() + (2 * memory_mb + _BESIDE_DUCKDB_MB) * 10**6
    before, hard = resource.getrlimit(resource.RLIMIT_AS)
    own = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
    resource.setrlimit(resource.RLIMIT_AS, (own, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (before, hard))
