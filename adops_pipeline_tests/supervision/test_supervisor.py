"""The supervisor on a clock of its own: when parts start, start again, and are given up on."""

from dataclasses import dataclass, field

import pytest

from adops_pipeline.supervision.supervisor import Backoff, Kind, News, Part, Patience, StartFailedError, Supervisor


@dataclass
class FakeProcess:
    """A process that ends when told so: ``ends_at`` by itself, ``obeys`` a request to stop."""

    world: "World"
    ends_at: float | None = None
    obeys: bool = True
    code: int = 3
    stopped_at: float | None = None
    killed_at: float | None = None

    def poll(self) -> int | None:
        if self.killed_at is not None:
            return 137
        if self.stopped_at is not None and self.obeys:
            return 0
        return self.code if self.ends_at is not None and self.world.now >= self.ends_at else None

    def stop(self) -> None:
        self.stopped_at = self.world.now

    def kill(self) -> None:
        if self.poll() is None:
            self.killed_at = self.world.now

    def tail(self) -> list[str]:
        return ["the last words"]


@dataclass
class World:
    """A clock that sleeping moves, the lifetimes of the next processes, and everything that was told."""

    now: float = 0.0
    lifetimes: list[float | None] = field(default_factory=list)
    obedient: bool = True
    ready_after: float = 0.0
    ill_from: float = float("inf")
    starts: list[float] = field(default_factory=list)
    processes: list[FakeProcess] = field(default_factory=list)
    news: list[News] = field(default_factory=list)

    def start(self) -> FakeProcess:
        lifetime = self.lifetimes.pop(0) if self.lifetimes else None
        self.starts.append(self.now)
        ends_at = None if lifetime is None else self.now + lifetime
        self.processes.append(FakeProcess(self, ends_at, self.obedient))
        return self.processes[-1]

    def sleep(self, seconds: float) -> None:
        self.now = round(self.now + seconds, 6)

    def part(self, name: str = "web") -> Part:
        return Part(
            name,
            self.start,
            is_ready=lambda: self.now - self.starts[-1] >= self.ready_after,
            is_alive=lambda: self.now < self.ill_from,
        )

    def supervisor(self, *parts: Part) -> Supervisor:
        return Supervisor(
            parts or (self.part(),),
            clock=lambda: self.now,
            sleep=self.sleep,
            report=self.news.append,
            patience=Patience(look=0.5),
        )

    def watch_until(self, supervisor: Supervisor, end: float) -> None:
        while self.now < end:
            supervisor.step()
            self.sleep(0.5)


def test_pauses_double_from_one_second_up_to_a_minute_and_stay_there() -> None:
    assert [Backoff().pause(n) for n in range(1, 9)] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert Backoff().pause(10_000) == 60


def test_a_part_that_dies_again_and_again_is_started_later_and_later() -> None:
    world = World(lifetimes=[10.0, 2.0, 2.0, 2.0, None])
    supervisor = world.supervisor()
    supervisor.start()
    world.watch_until(supervisor, 60)
    deaths = [news for news in world.news if news.kind is Kind.ENDED]
    assert [news.retry_seconds for news in deaths] == [1, 2, 4, 8]
    assert world.starts == [0.0, 11.0, 15.0, 21.0, 31.0]
    assert deaths[0] == News("web", Kind.ENDED, 10.0, 3, 1.0, ["the last words"])
    assert world.news[-1].kind is Kind.READY


def test_pauses_begin_anew_after_a_part_was_well_for_a_minute() -> None:
    world = World(lifetimes=[10.0, 2.0, 90.0, None])
    supervisor = world.supervisor()
    supervisor.start()
    world.watch_until(supervisor, 120)
    assert [news.retry_seconds for news in world.news if news.kind is Kind.ENDED] == [1, 2, 1]


def test_a_part_that_does_not_answer_for_long_is_stopped_and_started_again() -> None:
    world = World(ill_from=20.0)
    supervisor = world.supervisor()
    supervisor.start()
    world.watch_until(supervisor, 100)
    assert len(world.starts) == 1
    world.watch_until(supervisor, 115)
    hung = [news for news in world.news if news.kind is Kind.HUNG]
    assert [(news.part, news.retry_seconds) for news in hung] == [("web", 1)]
    assert len(world.starts) == 2


def test_a_part_that_was_ill_for_a_moment_is_left_alone() -> None:
    world = World(ill_from=20.0)
    supervisor = world.supervisor()
    supervisor.start()
    world.watch_until(supervisor, 100)
    world.ill_from = float("inf")
    world.watch_until(supervisor, 300)
    assert len(world.starts) == 1


def test_a_hung_part_that_ignores_the_request_to_end_is_killed() -> None:
    world = World(ill_from=20.0, obedient=False)
    supervisor = world.supervisor()
    supervisor.start()
    world.watch_until(supervisor, 130)
    stopped, killed = world.processes[0].stopped_at, world.processes[0].killed_at
    assert stopped is not None
    assert killed is not None
    assert 8 < killed - stopped <= 9
    assert len(world.starts) == 2


def test_a_restart_that_never_becomes_ready_counts_as_failed() -> None:
    world = World(lifetimes=[10.0, None])
    supervisor = world.supervisor()
    supervisor.start()
    world.ready_after = 1_000.0
    world.watch_until(supervisor, 110)
    assert [(news.kind, news.retry_seconds) for news in world.news[1:]] == [(Kind.ENDED, 1), (Kind.SLOW, 2)]


def test_parts_start_in_order_each_when_the_one_before_it_is_ready() -> None:
    world = World(ready_after=2.0)
    supervisor = world.supervisor(world.part("code-server"), world.part("web"))
    supervisor.start()
    assert world.starts == [0.0, 2.0]
    assert [(news.part, news.kind, news.seconds) for news in world.news] == [
        ("code-server", Kind.READY, 2.0),
        ("web", Kind.READY, 2.0),
    ]


def test_a_part_that_dies_while_a_later_one_starts_comes_back() -> None:
    world = World(lifetimes=[4.0, None, None], ready_after=3.0)
    supervisor = world.supervisor(world.part("code-server"), world.part("web"))
    supervisor.start()
    assert [news.part for news in world.news if news.kind is Kind.ENDED] == ["code-server"]
    assert len(world.starts) == 3


@pytest.mark.parametrize(("lifetime", "kind", "code"), [(1.0, Kind.ENDED, 3), (None, Kind.SLOW, None)])
def test_a_first_start_that_fails_ends_the_whole_with_its_reason(
    lifetime: float | None, kind: Kind, code: int | None
) -> None:
    world = World(lifetimes=[lifetime], ready_after=1_000.0)
    with pytest.raises(StartFailedError) as failure:
        world.supervisor().start()
    news = failure.value.news
    assert (news.part, news.kind, news.exit_code, news.retry_seconds) == ("web", kind, code, None)
    assert news.tail == ["the last words"]


def test_a_check_that_raises_is_no_health_and_no_end() -> None:
    def broken() -> bool:
        raise ConnectionError("refused")

    world = World()
    supervisor = world.supervisor(Part("web", world.start, is_ready=lambda: True, is_alive=broken))
    supervisor.start()
    world.watch_until(supervisor, 120)
    assert [news.kind for news in world.news] == [Kind.READY, Kind.HUNG, Kind.READY]


def test_a_stop_asks_all_at_once_and_kills_what_stays() -> None:
    world = World()
    supervisor = world.supervisor(world.part("code-server"), world.part("web"))
    supervisor.start()
    world.processes[0].obeys = False
    begin = world.now
    supervisor.stop()
    assert [process.stopped_at for process in world.processes] == [begin, begin]
    assert world.processes[0].killed_at is not None
    assert world.processes[1].killed_at is None
    assert 8 <= world.now - begin <= 8.1
