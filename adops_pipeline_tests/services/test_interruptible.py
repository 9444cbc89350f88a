"""`run_interruptibly`: an interrupt ends a coroutine wherever it arrives, whatever handler the process has."""

import asyncio
import signal
from collections.abc import Iterator
from types import FrameType

import pytest

from adops_pipeline.services.interruptible import run_interruptibly

ENDING = (signal.SIGINT, signal.SIGTERM)


class Interrupted(BaseException):
    """What a handler like Dagster's raises."""


@pytest.fixture(autouse=True)
def raising_handlers() -> Iterator[None]:
    def handler(_number: int, _frame: FrameType | None) -> None:
        raise Interrupted

    before = {number: signal.signal(number, handler) for number in ENDING}
    yield
    assert [signal.getsignal(number) for number in ENDING] == [handler, handler]
    for number, old in before.items():
        signal.signal(number, old)


async def forever() -> None:
    await asyncio.Event().wait()


@pytest.mark.parametrize("number", ENDING)
def test_an_interrupt_within_a_callback_of_the_loop_ends_the_coroutine(number: signal.Signals) -> None:
    async def main() -> None:
        asyncio.get_running_loop().call_soon(signal.raise_signal, number)
        await forever()

    with pytest.raises(KeyboardInterrupt):
        run_interruptibly(main())


def test_tasks_and_their_cleanup_end_before_the_interrupt_is_raised() -> None:
    cleaned = []

    async def worker(name: str) -> None:
        try:
            await forever()
        finally:
            await asyncio.sleep(0)
            cleaned.append(name)

    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(worker("a"))
            group.create_task(worker("b"))
            await asyncio.sleep(0)
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        run_interruptibly(main())
    assert sorted(cleaned) == ["a", "b"]


def test_an_interrupt_whose_cancellation_was_swallowed_is_raised_at_the_end() -> None:
    async def main() -> str:
        signal.raise_signal(signal.SIGINT)
        try:
            await forever()
        except asyncio.CancelledError:
            return "went on"
        raise AssertionError

    with pytest.raises(KeyboardInterrupt):
        run_interruptibly(main())


def test_an_error_during_the_cancellation_is_the_cause_of_the_interrupt() -> None:
    async def main() -> None:
        signal.raise_signal(signal.SIGINT)
        try:
            await forever()
        finally:
            raise OSError("the socket does not close")

    with pytest.raises(KeyboardInterrupt) as raised:
        run_interruptibly(main())
    assert str(raised.value.__cause__) == "the socket does not close"


def test_results_and_errors_pass_through() -> None:
    async def answer() -> int:
        return 42

    async def fail() -> None:
        raise ValueError("wrong")

    assert run_interruptibly(answer()) == 42
    with pytest.raises(ValueError, match="wrong"):
        run_interruptibly(fail())


def test_a_signal_that_the_process_ignores_stays_ignored() -> None:
    async def main() -> str:
        signal.raise_signal(signal.SIGTERM)
        await asyncio.sleep(0)
        return "went on"

    handler = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        assert run_interruptibly(main()) == "went on"
    finally:
        signal.signal(signal.SIGTERM, handler)
