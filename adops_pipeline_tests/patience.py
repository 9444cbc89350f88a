"""How long tests wait for what another process or thread does. A test that passes never waits for a fixed time."""

import os
import time
from collections.abc import Callable

_IDLE_SECONDS = 120.0
"""What is ample on an idle machine."""


def patience_seconds(idle_seconds: float = _IDLE_SECONDS) -> float:
    """How long to wait before giving up: longer on a machine that has more processes to run than cores."""
    return idle_seconds * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def wait_until(condition: Callable[[], object], awaited: str = "the condition", pause_seconds: float = 0.05) -> None:
    """Poll until ``condition`` holds; fail with ``awaited`` in the message when it does not in time."""
    begin = time.monotonic()
    while not condition():
        waited = time.monotonic() - begin
        assert waited < patience_seconds(), f"{awaited} did not come true within {waited:.0f} s"
        time.sleep(pause_seconds)
