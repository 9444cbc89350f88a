"""Connections for webhooks: to public addresses only, to the one that was checked, and never beyond the deadline."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import httpcore
import pytest

from adops_pipeline.notifications.guard import BlockedAddressError, GuardedBackend, checked_addresses
from adops_pipeline_tests.notifications.mailboxes import make_certificate
from adops_pipeline_tests.notifications.programs import Program, running_program
from adops_pipeline_tests.notifications.receivers import Reply, running_receiver
from adops_pipeline_tests.patience import patience_seconds


def test_one_blocked_address_among_several_blocks_the_host_and_is_not_shown() -> None:
    with pytest.raises(BlockedAddressError) as raised:
        checked_addresses("x.example", 443, lambda *_: ["1.1.1.1", "10.11.12.13"], allow_loopback=False)
    assert "private" in str(raised.value)
    assert "10.11.12.13" not in str(raised.value)


class Rebinding:
    """A resolver that gives an allowed address first and a blocked one ever after."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked = 0

    def __call__(self, host: str, port: int) -> Sequence[str]:
        del host, port
        self.asked += 1
        return self.answers[min(self.asked, len(self.answers)) - 1]


def test_the_connection_goes_to_the_address_that_was_checked(program: Program) -> None:
    resolver = Rebinding(["127.0.0.1"], ["10.0.0.1"])
    backend = GuardedBackend(resolver, patience_seconds(), allow_loopback=True)
    with httpcore.ConnectionPool(network_backend=backend) as pool:
        answer = pool.request("POST", f"http://rebinding.example:{program.port}/", content=b"x")
    assert (answer.status, resolver.asked, len(program.arrived)) == (204, 1, 1)
    assert program.arrived[0].headers["host"] == f"rebinding.example:{program.port}"


def test_the_next_address_is_tried_if_one_refuses(program: Program) -> None:
    backend = GuardedBackend(lambda *_: ["127.0.0.2", "127.0.0.1"], patience_seconds(), allow_loopback=True)
    with httpcore.ConnectionPool(network_backend=backend) as pool:
        assert pool.request("POST", f"http://two.example:{program.port}/", content=b"x").status == 204


def test_the_certificate_must_be_of_the_host_name_although_the_address_is_pinned(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    with running_receiver(certificate.server) as receiver:
        receiver.plan(Reply(204))

        def ask(host: str) -> int:
            backend = GuardedBackend(lambda *_: ["127.0.0.1"], patience_seconds(), allow_loopback=True)
            with httpcore.ConnectionPool(ssl_context=certificate.client, network_backend=backend) as pool:
                return pool.request("POST", f"https://{host}:{receiver.port}/", content=b"x").status

        assert ask("localhost") == 204
        with pytest.raises(httpcore.ConnectError, match=r"(?i)hostname mismatch"):
            ask("other.example")


def test_an_exchange_ends_at_its_deadline_whatever_trickles_in(
    monkeypatch: pytest.MonkeyPatch, program: Program
) -> None:
    now = [100.0]
    monkeypatch.setattr("adops_pipeline.notifications.guard.monotonic", lambda: now[0])
    backend = GuardedBackend(lambda *_: ["127.0.0.1"], 20, allow_loopback=True)
    stream = backend.connect_tcp("slow.example", program.port)
    now[0] += 20.1
    with pytest.raises(httpcore.ReadTimeout):
        stream.read(1)
    with pytest.raises(httpcore.WriteTimeout):
        stream.write(b"x")
    stream.close()


@pytest.fixture(name="program")
def _program() -> Iterator[Program]:
    with running_program() as program:
        yield program
