"""Keeps parts running: starts them in order, and restarts each one that ends or hangs, with growing delays.

It knows no process, clock or terminal: parts bring their start and their health checks, callers the clock, the sleep
and what to do with the news. `parts/supervise.py` says which parts there are; `part_process` and `forked` are how they
run.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Process(Protocol):
    """A running part with all its children."""

    def poll(self) -> int | None:
        """The exit code; None while it runs."""

    def stop(self) -> None:
        """Ask it to end, without waiting."""

    def kill(self) -> None:
        """Kill what is left of it."""

    def tail(self) -> list[str]:
        """The last lines of its output since its start."""


@dataclass(frozen=True)
class Part:
    """A part to run. ``is_ready`` is asked after a start until it holds, ``is_alive`` from then on.

    ``needs`` names the part that starts this one and takes it along when it ends; empty for a process of its own.
    ``address`` tells people where to find it (``Dagster  http://127.0.0.1:3000``); empty where they need not know.
    """

    name: str
    start: Callable[[], Process]
    is_ready: Callable[[], bool]
    is_alive: Callable[[], bool]
    needs: str = ""
    address: str = ""


@dataclass(frozen=True)
class Backoff:
    """Seconds before the next try: ``first`` × 2ⁿ up to ``longest``; ``first`` again after ``settled`` of health."""

    first: float = 1.0
    longest: float = 60.0
    settled: float = 60.0

    def pause(self, failures: int) -> float:
        """Seconds to wait after this many failures in a row (1 or more)."""
        return min(self.longest, self.first * 2.0 ** min(failures - 1, 62))


@dataclass(frozen=True)
class Patience:
    """Seconds until a start has failed, a part has hung, a stop becomes a kill; between health checks and polls."""

    start: float = 90.0
    hang: float = 90.0
    stop: float = 8.0
    check: float = 5.0
    look: float = 0.3


class Kind(StrEnum):
    """What happened to a part."""

    READY = "ready"
    ENDED = "ended"
    SLOW = "slow"
    HUNG = "hung"


@dataclass(frozen=True)
class News:
    """An event for the terminal. ``seconds``: how long the start took (ready) or the part had run (otherwise)."""

    part: str
    kind: Kind
    seconds: float
    exit_code: int | None = None
    retry_seconds: float | None = None
    tail: Sequence[str] = ()


class StartFailedError(Exception):
    """A part failed at its first start; a retry would not help."""

    def __init__(self, news: News) -> None:
        self.news = news
        super().__init__(f"{news.part} did not start")


class Supervisor:
    """Runs the parts. ``clock`` is monotonic seconds; nothing here is thread-safe or needs to be."""

    def __init__(
        self,
        parts: Sequence[Part],
        *,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        report: Callable[[News], None],
        backoff: Backoff | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._clock, self._sleep, self._patience = clock, sleep, patience or Patience()
        kept: dict[str, _Kept] = {}
        for part in parts:
            needed = kept[part.needs] if part.needs else None
            kept[part.name] = _Kept(part, needed, clock, report, backoff or Backoff(), self._patience)
        self._kept = list(kept.values())

    def start(self) -> None:
        """Start the parts one after the other, each when the one before it is ready; raises StartFailedError."""
        for index, kept in enumerate(self._kept):
            kept.start()
            while not kept.has_been_ready:
                self._sleep(self._patience.look)
                failure = kept.first_start()
                if failure is not None:
                    raise StartFailedError(failure)
                for earlier in self._kept[:index]:
                    earlier.step()

    def watch(self) -> None:
        """Keep them running; ends only by an exception, such as Ctrl-C."""
        while True:
            self.step()
            self._sleep(self._patience.look)

    def step(self) -> None:
        """Check every part once."""
        for kept in self._kept:
            kept.step()

    def stop(self) -> None:
        """Ask all parts to end and return when all have, at the latest after the time limit for a stop.

        A part that another one has started is ended by that one.
        """
        processes = [kept.process for kept in self._kept if kept.process is not None and kept.needed is None]
        for process in processes:
            process.stop()
        deadline = self._clock() + self._patience.stop
        while any(process.poll() is None for process in processes) and self._clock() < deadline:
            self._sleep(0.05)
        for process in processes:
            process.kill()


class _Kept:
    """One part and its state: it runs, it is being stopped, or it waits for its next start."""

    def __init__(
        self,
        part: Part,
        needed: "_Kept | None",
        clock: Callable[[], float],
        report: Callable[[News], None],
        backoff: Backoff,
        patience: Patience,
    ) -> None:
        self.process: Process | None = None
        self.needed = needed
        self.has_been_ready = False
        self._part, self._clock, self._report = part, clock, report
        self._backoff, self._patience = backoff, patience
        self._failures = 0
        self._started_at = self._next_at = 0.0
        self._ready_at: float | None = None
        self._healthy_at = self._checked_at = 0.0
        self._stopping: tuple[Kind, float] | None = None

    @property
    def is_ready(self) -> bool:
        """Whether it runs and has been found ready since its start."""
        return self.process is not None and self._ready_at is not None

    def start(self) -> None:
        self._started_at = self._clock()
        self._ready_at = self._stopping = None
        self.process = self._part.start()

    def first_start(self) -> News | None:
        """Check a part that has never been ready; what went wrong."""
        assert self.process is not None
        code = self.process.poll()
        if code is None:
            self._check_ready()
        if code is None and (self.has_been_ready or self._ran() <= self._patience.start):
            return None
        return News(self._part.name, Kind.SLOW if code is None else Kind.ENDED, self._ran(), code, None, self._tail())

    def step(self) -> None:
        """Start the part if it waited long enough, notice its end, and check its health."""
        if self.process is None:
            if self._clock() >= self._next_at and (self.needed is None or self.needed.is_ready):
                self.start()
            return
        code = self.process.poll()
        if code is not None:
            self._has_ended(code)
        elif self._stopping is not None:
            if self._clock() - self._stopping[1] > self._patience.stop:
                self.process.kill()
        elif self._ready_at is None:
            self._check_ready()
            if self._ready_at is None and self._ran() > self._patience.start:
                self._ask_to_end(Kind.SLOW)
        elif self._clock() - self._checked_at >= self._patience.check:
            self._check_alive()

    def _check_ready(self) -> None:
        if _holds(self._part.is_ready):
            now = self._clock()
            self.has_been_ready = True
            self._ready_at = self._healthy_at = self._checked_at = now
            self._report(News(self._part.name, Kind.READY, now - self._started_at))

    def _check_alive(self) -> None:
        is_alive = _holds(self._part.is_alive)
        self._checked_at = self._clock()
        if is_alive:
            self._healthy_at = self._checked_at
            if self._ready_at is not None and self._healthy_at - self._ready_at >= self._backoff.settled:
                self._failures = 0
        elif self._checked_at - self._healthy_at >= self._patience.hang:
            self._ask_to_end(Kind.HUNG)

    def _ask_to_end(self, why: Kind) -> None:
        assert self.process is not None
        self._stopping = (why, self._clock())
        self.process.stop()

    def _has_ended(self, code: int) -> None:
        assert self.process is not None
        self.process.kill()  # children that it left
        tail, self.process = self._tail(), None
        self._failures += 1
        pause = self._backoff.pause(self._failures)
        self._next_at = self._clock() + pause
        kind = Kind.ENDED if self._stopping is None else self._stopping[0]
        self._report(News(self._part.name, kind, self._ran(), code, pause, tail))

    def _ran(self) -> float:
        return self._clock() - self._started_at

    def _tail(self) -> list[str]:
        return self.process.tail() if self.process is not None else []


def _holds(check: Callable[[], bool]) -> bool:
    """A check that raises (a busy storage, an answer that cannot be read) has not found the part healthy."""
    try:
        return check()
    except Exception:  # noqa: BLE001 - whatever goes wrong in a check, the supervisor has to live on
        return False
