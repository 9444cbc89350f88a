"""What a process asks of its allocators: memory that stays small, or fewer calls of the system.

Where the C library has no such call, nothing is asked of it.
"""

import ctypes
import os
from collections.abc import Callable

_M_TRIM_THRESHOLD, _M_TOP_PAD, _M_MMAP_THRESHOLD = -1, -2, -3
_APART_BYTES = 2**20
_LARGEST_KEPT_BYTES, _GROWS_BY_BYTES, _NEVER_BYTES = 32 * 2**20, 2**23, 2**31 - 1
"""Glibc accepts no more than the first as the size from which a block is apart."""
_DUCKDB_ALLOCATOR = "DUCKDB_JE_MALLOC_CONF"
"""DuckDB has an allocator of its own, jemalloc, which reads this variable when DuckDB is imported."""


def give_large_blocks_back() -> None:
    """Let blocks of a megabyte and more go back to the system when they are freed.

    By default glibc, once one was freed, takes the next from its heaps, one for each thread, and a heap shrinks from
    its end alone: a server that had prepared its answers kept 15 to 60 MB that nothing used, differently each time.
    With a limit of 128 KB a query's own buffers went back as well, and requests took 1.6 times the processor time.
    """
    set_option: Callable[[int, int], int] | None = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is not None:
        set_option(_M_MMAP_THRESHOLD, _APART_BYTES)
        set_option(_M_TRIM_THRESHOLD, _APART_BYTES)


def keep_freed_memory() -> None:
    """Keep what is freed for the next block: for a process that ends after some seconds, before it imports DuckDB.

    A run takes and frees some thousand blocks of 100 KB and more. To give each back, and to have its pages cleared when
    it is taken again, was a third of the run's time in the kernel.
    """
    os.environ.setdefault(_DUCKDB_ALLOCATOR, "dirty_decay_ms:-1")
    set_option: Callable[[int, int], int] | None = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is not None:
        set_option(_M_MMAP_THRESHOLD, _LARGEST_KEPT_BYTES)
        set_option(_M_TRIM_THRESHOLD, _NEVER_BYTES)
        set_option(_M_TOP_PAD, _GROWS_BY_BYTES)


def give_free_pages_back() -> None:
    """Give pages of the heap on which nothing is left back to the system, also those between others that are used.

    Loading the definitions leaves about 5 MB of them. Forked processes would share them and write to copies of them.
    """
    trim: Callable[[int], int] | None = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
