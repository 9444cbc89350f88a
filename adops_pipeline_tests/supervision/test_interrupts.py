"""`repeated_interrupts`: an interrupt that Python or a library drops arrives again."""

import gc
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from adops_pipeline.supervision.interrupts import (
    Interrupts,
    Terminated,
    name_of,
    noted_interrupts,
    repeated_interrupts,
)
from adops_pipeline_tests.patience import patience_seconds

ENDING = (signal.SIGINT, signal.SIGTERM)
QUICKLY = 0.02


@pytest.fixture(autouse=True)
def python_handlers() -> Iterator[None]:
    """Handlers as a command of its own has them. Each test leaves them, and the wake-up descriptor, as they were."""
    handlers: dict[signal.Signals, Any] = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    descriptor = signal.set_wakeup_fd(-1)
    yield
    assert signal.set_wakeup_fd(descriptor) == -1
    assert {number: signal.signal(number, old) for number, old in before.items()} == handlers


class Dropping:
    """Gets an interrupt in its destructor, where Python prints the exception and goes on."""

    def __del__(self) -> None:
        signal.raise_signal(signal.SIGINT)


def wait() -> None:
    threading.Event().wait(patience_seconds())


def interrupted(block: Callable[[Interrupts], None], on_first: Callable[[], None] = lambda: None) -> Interrupts:
    """What is noted when an interrupt ends ``block``."""
    try:
        with repeated_interrupts(on_first, repeat_seconds=QUICKLY) as interrupts:
            block(interrupts)
    except KeyboardInterrupt:
        return interrupts
    raise AssertionError("nothing interrupted the block")


def test_an_interrupt_that_a_destructor_dropped_is_raised_again(monkeypatch: pytest.MonkeyPatch) -> None:
    dropped = []
    monkeypatch.setattr(sys, "unraisablehook", lambda found: dropped.append(found.exc_type))

    def block(_: Interrupts) -> None:
        Dropping()
        gc.collect()
        wait()

    interrupts = interrupted(block)
    assert set(dropped) == {KeyboardInterrupt}  # the next one may meet the destructor, too
    assert interrupts.came
    assert interrupts.signal is signal.SIGINT


@pytest.mark.parametrize("number", ENDING)
def test_sigterm_interrupts_as_sigint_does_and_the_first_one_is_reported_once(number: signal.Signals) -> None:
    reported = []
    is_reported = threading.Event()

    def report() -> None:
        reported.append(threading.current_thread())
        is_reported.set()

    def block(_: Interrupts) -> None:
        with suppress(KeyboardInterrupt):
            signal.raise_signal(number)
        assert is_reported.wait(patience_seconds())
        wait()

    assert interrupted(block, report).signal is number
    assert len(reported) == 1
    assert reported[0] is not threading.main_thread()


def test_a_request_from_another_thread_wakes_the_main_thread_and_counts_as_no_signal_from_outside() -> None:
    def block(interrupts: Interrupts) -> None:
        threading.Thread(target=interrupts.interrupt).start()
        wait()

    interrupts = interrupted(block)
    assert interrupts.came
    assert interrupts.signal is None


def test_a_block_without_interrupt_reports_none() -> None:
    with repeated_interrupts() as interrupts:
        pass
    interrupts.interrupt()  # too late: nothing is raised
    assert interrupts.signal is None


def test_a_process_that_ignores_ctrl_c_goes_on_ignoring_it() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with repeated_interrupts(repeat_seconds=QUICKLY) as interrupts:
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    assert not interrupts.came


def test_sigterm_interrupts_work_that_has_not_begun_and_is_named() -> None:
    with pytest.raises(Terminated) as stopped, noted_interrupts():
        signal.raise_signal(signal.SIGTERM)
    assert (name_of(stopped.value), name_of(KeyboardInterrupt())) == ("SIGTERM", "Ctrl-C")
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    with noted_interrupts():
        assert interrupted(lambda _: signal.raise_signal(signal.SIGTERM)).signal is signal.SIGTERM


def test_an_interrupt_that_a_library_turned_into_an_error_of_its_own_is_noted() -> None:
    with noted_interrupts() as noted:
        with suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        with suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)
    assert noted.first is not None
    assert name_of(noted.first) == "Ctrl-C", "the first one counts"


def test_ctrl_c_stays_ignored_where_it_was() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    with noted_interrupts() as noted:
        signal.raise_signal(signal.SIGINT)
    assert (noted.first, signal.signal(signal.SIGINT, before)) == (None, signal.SIG_IGN)
