"""Runs a coroutine so that Ctrl-C, SIGTERM and a cancelled run end it.

Handlers that raise an exception of their own, such as Dagster's, are unsafe in an event loop: raised in one of the
loop's callbacks, the exception is logged and dropped, and what the callback should have woken waits for ever.
"""

import asyncio
import signal
import threading
from collections.abc import Coroutine
from types import FrameType
from typing import Any, TypeVar

_T = TypeVar("_T")
_ENDING = (signal.SIGINT, signal.SIGTERM)


def run_interruptibly(main: Coroutine[Any, Any, _T]) -> _T:
    """Run ``main`` in an event loop of its own. An interrupt cancels it and is raised as KeyboardInterrupt.

    It is raised even where ``main`` has swallowed the cancellation. Signals that the process ignores stay ignored.
    """
    if threading.current_thread() is not threading.main_thread():
        return asyncio.run(main)
    handled = {number: old for number in _ENDING if callable(old := signal.getsignal(number))}
    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        task = loop.create_task(main)
        is_interrupted = False

        def cancel(_number: int, _frame: FrameType | None) -> None:
            nonlocal is_interrupted
            is_interrupted = True
            loop.call_soon_threadsafe(task.cancel)  # wakes the loop, too

        async def ended() -> None:
            await asyncio.wait([task])

        try:
            for number in handled:
                signal.signal(number, cancel)
            runner.run(ended())
        finally:
            for number, old in handled.items():
                signal.signal(number, old)
        if is_interrupted:
            raise KeyboardInterrupt from None if task.cancelled() else task.exception()
        return task.result()
