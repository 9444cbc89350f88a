"""The `adops` command, also as `python -m adops_pipeline`. An interrupt during its imports ends it with one line."""

import os
import signal
from types import FrameType

_INTERRUPTED = 130


def main() -> None:
    """Entry point."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number, handler in handlers.items():
        if handler is not signal.SIG_IGN:  # as it is for a job in the background
            signal.signal(number, _end)
    from adops_pipeline.cli import main as command  # noqa: PLC0415 - with the handlers in place

    for number, handler in handlers.items():
        signal.signal(number, handler)
    command()


def _end(number: int, _frame: FrameType | None) -> None:
    """End at once: nothing was begun, and an exception could be dropped within an import."""
    name = "SIGTERM" if number == signal.SIGTERM else "Ctrl-C"
    os.write(2, f"stopped by {name}; nothing was begun\n".encode())
    os._exit(_INTERRUPTED)


if __name__ == "__main__":
    main()
