"""Interrupts that cannot be lost: SIGINT and SIGTERM are sent again until the work of this process has ended.

Python raises the exception of an interrupt wherever its main thread is. In a destructor or in the callback of a weak
reference it is printed and dropped, and the work would go on.
"""

import os
import select
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

REPEAT_SECONDS = 2.0
"""Time that an interrupted block has to end before it is interrupted again."""

TERMINATION_SECONDS = 5.0
"""Time that a command has to tidy up after SIGTERM."""

_ENDING = (signal.SIGINT, signal.SIGTERM)


class Terminated(KeyboardInterrupt):
    """SIGTERM, where it ends the work as Ctrl-C does."""


def name_of(interrupt: KeyboardInterrupt) -> str:
    """What people call the signal."""
    return "SIGTERM" if isinstance(interrupt, Terminated) else "Ctrl-C"


class Noted:
    """The first interrupt of a block. Libraries turn interrupts into errors of their own: ``first`` knows better."""

    def __init__(self) -> None:
        self.first: KeyboardInterrupt | None = None

    def end(self, number: int, _frame: FrameType | None) -> None:
        """The handler of both signals."""
        interrupt = Terminated() if number == signal.SIGTERM else KeyboardInterrupt()
        self.first = self.first or interrupt
        raise interrupt


@contextmanager
def noted_interrupts() -> Iterator[Noted]:
    """Within the block, in the main thread, SIGTERM raises ``Terminated`` instead of ending the process at once.

    Ctrl-C stays ignored where it was, as in jobs in the background.
    """
    noted = Noted()
    handled = {number: signal.getsignal(number) for number in _ENDING}
    for number in _ENDING:
        if number is signal.SIGTERM or callable(handled[number]):
            signal.signal(number, noted.end)
    try:
        yield noted
    finally:
        for number, handler in handled.items():
            signal.signal(number, handler)


@contextmanager
def terminated_in_order() -> Iterator[None]:
    """Within the block, in the main thread, SIGTERM raises ``Terminated``, so that what was begun is tidied up.

    A block that has not ended a few seconds later is killed (SIGALRM), as SIGTERM alone would have done at once. It is
    the system that kills: a thread that did could not be started safely while a signal is handled.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, TERMINATION_SECONDS)
        raise Terminated

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


class Interrupts:
    """The interrupts of a block. ``signal``: the first one from outside. ``came``: whether there was any."""

    def __init__(self, received: int, on_first: Callable[[], None]) -> None:
        self.signal: signal.Signals | None = None
        self.came = False
        self._received, self._on_first = received, on_first
        self._sending = threading.Lock()
        self._is_over = False

    def interrupt(self) -> None:
        """Interrupt the block from another thread, as Ctrl-C would; wakes a main thread that waits."""
        self.came = True
        self._send()

    def watch(self, repeat_seconds: float) -> None:
        """Note the signals that arrive; send them again until the block is over."""
        is_first = True
        while True:
            ready, _, _ = select.select([self._received], [], [], None if is_first else repeat_seconds)
            noted = os.read(self._received, 64) if ready else bytes([signal.SIGINT])
            if not noted:
                return
            ending = [signal.Signals(number) for number in noted if number in _ENDING]
            if ending and not self.came:
                self.came, self.signal = True, ending[0]
            if ending and is_first:
                is_first = False
                self._on_first()
            elif not ready:
                self._send()

    def end(self) -> None:
        """Send nothing any more."""
        with self._sending:
            self._is_over = True

    def _send(self) -> None:
        with self._sending:
            main = threading.main_thread().ident
            if main is not None and not self._is_over:
                signal.pthread_kill(main, signal.SIGINT)


@contextmanager
def repeated_interrupts(
    on_first: Callable[[], None] = lambda: None, repeat_seconds: float = REPEAT_SECONDS
) -> Iterator[Interrupts]:
    """Repeat the interrupts of the block, in the main thread, until it ends; SIGTERM interrupts it as SIGINT does.

    ``on_first`` is called in another thread when the first one arrives. One that comes too late to interrupt the block
    is noted in the result and raises nothing.
    """
    received, noting = os.pipe()
    os.set_blocking(noting, False)
    interrupts = Interrupts(received, on_first)
    watcher = threading.Thread(target=interrupts.watch, args=[repeat_seconds], name="interrupts", daemon=True)
    handled = {number: signal.getsignal(number) for number in _ENDING}
    if callable(handled[signal.SIGINT]):
        signal.signal(signal.SIGTERM, handled[signal.SIGINT])
    previous = signal.set_wakeup_fd(noting, warn_on_full_buffer=False)
    watcher.start()
    try:
        yield interrupts
    finally:
        for number, handler in handled.items():
            if callable(handler) or number is signal.SIGTERM:
                signal.signal(number, _ignore)
        interrupts.end()
        signal.set_wakeup_fd(previous)
        os.close(noting)
        watcher.join()
        os.close(received)
        for number, handler in handled.items():
            signal.signal(number, handler)


def _ignore(_number: int, _frame: FrameType | None) -> None:
    """Take a signal of which nothing more is to be done."""
