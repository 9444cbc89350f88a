"""Slows down whoever tries tokens: after a few failures an address waits, each time twice as long."""

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network

_FREE_FAILURES = 5
_LONGEST_SECONDS = 300.0
_FORGOTTEN_SECONDS = 900.0
_MOST_ADDRESSES = 10_000
_KEPT_VALUES = 32


@dataclass(slots=True)
class _Record:
    failures: int = 0
    last: float = 0.0
    until: float = 0.0
    values: OrderedDict[bytes, None] = field(default_factory=OrderedDict)


class Throttle:
    """Failures by client address, in memory. One wrong value that a program repeats counts once: it guesses nothing."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._guard = threading.Lock()
        self._records: OrderedDict[str, _Record] = OrderedDict()

    def wait_seconds(self, address: str) -> int:
        """Whole seconds for which the address has to wait; 0 where it need not."""
        with self._guard:
            record = self._records.get(_network(address))
            return 0 if record is None else max(0, math.ceil(record.until - self._clock()))

    def failed(self, address: str, value: str) -> None:
        """Record that the address sent a wrong value."""
        now, name, digest = self._clock(), _network(address), sha256(value.encode()).digest()
        with self._guard:
            record = self._records.pop(name, None)
            if record is None or now - record.last > _FORGOTTEN_SECONDS:
                record = _Record()
            self._records[name] = record
            record.last = now
            if digest not in record.values:
                record.failures += 1
                record.values[digest] = None
                if record.failures > _FREE_FAILURES:
                    record.until = now + min(2.0 ** (record.failures - _FREE_FAILURES - 1), _LONGEST_SECONDS)
            if len(record.values) > _KEPT_VALUES:
                record.values.popitem(last=False)
            if len(self._records) > _MOST_ADDRESSES:
                self._records.popitem(last=False)


def _network(address: str) -> str:
    """The address; of IPv6 its network, because one client has many addresses of it."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((known, 64), strict=False)) if isinstance(known, IPv6Address) else str(known)
