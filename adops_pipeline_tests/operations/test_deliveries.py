"""Promises of the ledger: each message to each channel on its own, none lost, none repeated without need."""

from collections import Counter
from datetime import datetime, timedelta
from multiprocessing.queues import Queue

from sqlalchemy import Connection

from adops_pipeline.operations import deliveries
from adops_pipeline.operations.deliveries import DeliveryStatus
from adops_pipeline.operations.store import Store
from adops_pipeline_tests.operations import processes
from adops_pipeline_tests.operations.conftest import NOW
from adops_pipeline_tests.operations.interleaving import before_next_update
from adops_pipeline_tests.patience import patience_seconds

_LEASE = 30.0


def _after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def _put(con: Connection, key: str, config_id: str = "c1", at: datetime = NOW) -> bool:
    return deliveries.enqueue(
        con, key=key, config_id=config_id, channel="slack", message={"title": key}, at=at, group_key="g"
    )


def test_the_same_key_is_one_delivery(store: Store) -> None:
    with store.writing() as con:
        assert [_put(con, "a"), _put(con, "a"), _put(con, "a:other", "c2")] == [True, False, True]
        assert deliveries.counts(con) == {DeliveryStatus.PENDING: 2}


def test_what_is_claimed_is_nobody_elses_until_the_lease_lapses(store: Store) -> None:
    with store.writing() as con:
        _put(con, "a")
        (mine,) = deliveries.claim(con, NOW, _LEASE)
        assert (mine.status, mine.attempts, mine.message) == (DeliveryStatus.SENDING, 1, {"title": "a"})
        assert deliveries.claim(con, _after(29.9), _LEASE) == []
        (again,) = deliveries.claim(con, _after(30), _LEASE)
        assert again.attempts == 2


def test_what_another_worker_claims_between_looking_and_claiming_stays_with_it(store: Store) -> None:
    with store.writing() as con:
        _put(con, "a")
        _put(con, "b")
        theirs: list[str] = []

        def other_worker() -> None:
            theirs.extend(delivery.id for delivery in deliveries.claim(con, NOW, _LEASE, limit=1))

        with before_next_update(con, other_worker):
            mine = deliveries.claim(con, NOW, _LEASE)
        assert (theirs, [delivery.id for delivery in mine]) == (["a"], ["b"])
        assert {d.id: d.attempts for d in deliveries.latest(con)} == {"a": 1, "b": 1}


def test_a_failed_attempt_is_made_again_when_it_is_time(store: Store) -> None:
    with store.writing() as con:
        _put(con, "a")
        (claim,) = deliveries.claim(con, NOW, _LEASE)
        assert deliveries.failed_again(con, claim, "429, retry after 60 s", _after(60))
        assert deliveries.claim(con, _after(59), _LEASE) == []
        (again,) = deliveries.claim(con, _after(60), _LEASE)
        assert (again.attempts, again.last_error) == (2, "429, retry after 60 s")
        assert deliveries.sent(con, "a", _after(61))
        done = deliveries.get(con, "a")
        assert (done.status, done.sent_at, done.last_error) == (DeliveryStatus.SENT, _after(61), None)
        assert deliveries.claim(con, _after(999), _LEASE) == []


def test_a_refused_message_is_shown_and_not_tried_again(store: Store) -> None:
    with store.writing() as con:
        _put(con, "a")
        (claim,) = deliveries.claim(con, NOW, _LEASE)
        assert deliveries.failed_for_good(con, claim, "404: no such webhook")
        assert deliveries.claim(con, _after(9999), _LEASE) == []
        (shown,) = deliveries.latest(con, status=DeliveryStatus.FAILED)
        assert shown.last_error == "404: no such webhook"


def test_a_worker_that_comes_late_does_not_disturb_the_one_that_took_over(store: Store) -> None:
    with store.writing() as con:
        _put(con, "a")
        (late,) = deliveries.claim(con, NOW, _LEASE)
        (current,) = deliveries.claim(con, _after(31), _LEASE)
        assert not deliveries.failed_again(con, late, "timed out", _after(40))
        assert not deliveries.failed_for_good(con, late, "refused")
        assert deliveries.get(con, "a") == current


def test_a_late_word_that_it_was_sent_spares_a_repetition(store: Store) -> None:
    with store.writing() as con:
        _put(con, "a")
        deliveries.claim(con, NOW, _LEASE)
        (current,) = deliveries.claim(con, _after(31), _LEASE)
        assert deliveries.sent(con, "a", _after(32))
        assert not deliveries.failed_again(con, current, "500", _after(60))
        assert not deliveries.sent(con, "a", _after(33))
        assert deliveries.get(con, "a").sent_at == _after(32)


def test_what_is_too_old_expires_unless_it_is_being_sent(store: Store) -> None:
    hour = timedelta(hours=1)
    with store.writing() as con:
        for key, at in (("old", NOW), ("lapsed", NOW), ("sending", NOW), ("new", _after(3000))):
            _put(con, key, key, at)
        deliveries.claim(con, NOW, _LEASE, config_id="lapsed")
        deliveries.claim(con, _after(3590), _LEASE, config_id="sending")
        assert [d.id for d in deliveries.expire(con, NOW + hour, hour)] == ["lapsed", "old"]
        assert deliveries.counts(con) == {
            DeliveryStatus.EXPIRED: 2, DeliveryStatus.SENDING: 1, DeliveryStatus.PENDING: 1,
        }  # fmt: skip


def test_the_oldest_goes_first_and_a_limit_holds(store: Store) -> None:
    with store.writing() as con:
        for key, seconds in (("c", 3.0), ("a", 1.0), ("b", 2.0)):
            _put(con, key, at=_after(seconds))
        assert [d.id for d in deliveries.claim(con, _after(2), _LEASE)] == ["a", "b"]
        assert [d.id for d in deliveries.claim(con, _after(9), _LEASE, limit=1)] == ["c"]


def _deliver(url: str, results: "Queue[list[str]]", dies: bool) -> None:
    """Send whatever is due; one that dies claims a batch, sends half of it and is gone."""
    told = []
    with Store(url, patience_seconds()) as store:
        while True:
            with store.writing() as con:
                batch = deliveries.claim(con, NOW if dies else _after(100), _LEASE, limit=10)
            if dies:
                told = [delivery.id for delivery in batch[:5]]
                break
            if not batch:
                break
            for delivery in batch:
                told.append(delivery.id)
                with store.writing() as con:
                    deliveries.sent(con, delivery.id, _after(101))
    results.put(told)


def test_many_workers_send_everything_and_repeat_only_what_a_dead_one_had_sent(store: Store, url: str) -> None:
    with store.writing() as con:
        for n in range(120):
            _put(con, f"m{n:03}")
    server = processes.context()
    results: Queue[list[str]] = server.Queue()
    dead = server.Process(target=_deliver, args=(url, results, True))
    dead.start()
    sent_by_the_dead = results.get(timeout=patience_seconds())
    dead.join(patience_seconds())
    workers = [server.Process(target=_deliver, args=(url, results, False)) for _ in range(4)]
    for worker in workers:
        worker.start()
    sent = Counter(key for _ in workers for key in results.get(timeout=patience_seconds()))
    for worker in workers:
        worker.join(patience_seconds())
    assert sent == Counter(f"m{n:03}" for n in range(120))
    assert sent_by_the_dead == [f"m{n:03}" for n in range(5)]
    with store.reading() as con:
        assert deliveries.counts(con) == {DeliveryStatus.SENT: 120}
