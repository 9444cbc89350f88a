"""What a process asks of the C library so that its memory stays small. Where the library has no such call: nothing."""

import ctypes
from collections.abc import Callable

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_APART_BYTES = 2**20


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
