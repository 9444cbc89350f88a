"""Promise: a process that has freed large blocks holds them no longer, or takes them again for nothing, as it asked."""

import subprocess
import sys

_FREES = """
from adops_pipeline.supervision.memory import give_large_blocks_back

def resident_mb():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * 4096 / 2**20

give_large_blocks_back()
del (first := [bytearray(8 * 2**20)])[0]  # glibc, by default, takes blocks up to this size from its heap from now on
before = resident_mb()
kept = []
blocks = []
for _ in range(20):
    blocks.append(bytearray(4 * 2**20))
    kept.append(bytearray(100_000))  # lies behind the block: the heap cannot shrink
blocks.clear()
print(resident_mb() - before)
"""


_FREES_SMALL = """
from adops_pipeline.supervision.memory import give_free_pages_back

def resident_mb():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * 4096 / 2**20

blocks = [bytearray(2000) for _ in range(20_000)]
kept = [blocks.pop(), blocks[10_000]]  # at the end of the heap and in its middle: it cannot shrink
before = resident_mb()
del blocks
give_free_pages_back()
print(before - resident_mb())
"""


def test_pages_on_which_nothing_is_left_go_back_from_the_middle_of_the_heap_too() -> None:
    done = subprocess.run([sys.executable, "-c", _FREES_SMALL], check=True, capture_output=True, text=True)
    assert float(done.stdout) > 30


def test_large_blocks_go_back_to_the_system_when_they_are_freed() -> None:
    done = subprocess.run([sys.executable, "-c", _FREES], check=True, capture_output=True, text=True)
    assert float(done.stdout) < 20


_TAKES_AGAIN = """
import os, resource
from adops_pipeline.supervision.memory import keep_freed_memory

if {kept}:
    keep_freed_memory()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(20):
    blocks = [bytearray(b"x") * (8 * 2**20) for _ in range(4)]
    del blocks
pages = resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
print(pages, os.environ.get("DUCKDB_JE_MALLOC_CONF"))
"""


def test_memory_that_is_kept_costs_its_pages_once() -> None:
    def told(*, kept: bool) -> list[str]:
        program = _TAKES_AGAIN.format(kept=kept)
        return subprocess.run(
            [sys.executable, "-c", program], check=True, capture_output=True, text=True
        ).stdout.split()

    (first, _), (pages, duckdb) = told(kept=False), told(kept=True)
    assert int(first) > 4 * int(pages)
    assert duckdb == "dirty_decay_ms:-1"
