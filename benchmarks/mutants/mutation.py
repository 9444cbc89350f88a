"""One mutation of one file, and the sample of them that is tried."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

SEED = 20261128


@dataclass(frozen=True)
class Mutation:
    """A change of one place; ``text`` gives the whole file with the change made."""

    path: str
    line: int
    function: str
    operator: str
    before: str
    after: str
    occurrence: int
    text: Callable[[], str] = field(compare=False, repr=False)

    @property
    def id(self) -> str:
        """Stays the same while the place is unchanged, wherever in the file it moves."""
        key = (self.path, self.function, self.operator, self.before, self.after, str(self.occurrence))
        return hashlib.sha256("|".join(key).encode()).hexdigest()[:10]

    @property
    def package(self) -> str:
        """Package that the record counts it under: subpackages of `domain` count apart."""
        parts = self.path.split("/")[1:]
        return "/".join(parts[:2]) if parts[0] == "domain" and len(parts) > 2 else parts[0]


def sample(mutations: Iterable[Mutation], size: int, seed: int = SEED) -> list[Mutation]:
    """``size`` mutations spread over files by their number, at least one each, and over operators within a file.

    Chosen by a hash of seed and id, so that a change of one place leaves the others' choice as it was.
    """
    by_file: defaultdict[str, list[Mutation]] = defaultdict(list)
    for mutation in mutations:
        by_file[mutation.path].append(mutation)
    total = sum(map(len, by_file.values()))
    size = min(size, total)
    shares = {path: max(1, len(found) * size // total) for path, found in by_file.items()}
    chosen: list[Mutation] = []
    spare: list[tuple[int, str, Mutation]] = []
    for path, found in sorted(by_file.items()):
        ordered = _in_turns(found, seed)
        chosen += ordered[: shares[path]]
        spare += [(turn, _rank(m, seed), m) for turn, m in enumerate(ordered[shares[path] :])]
    spare.sort(key=lambda entry: entry[:2])
    return chosen + [m for _, _, m in spare[: max(0, size - len(chosen))]]


def _in_turns(found: Sequence[Mutation], seed: int) -> list[Mutation]:
    """One of each operator, then the second of each, and so on."""
    by_operator: defaultdict[str, list[Mutation]] = defaultdict(list)
    for mutation in sorted(found, key=lambda m: _rank(m, seed)):
        by_operator[mutation.operator].append(mutation)
    turns = [(turn, _rank(m, seed), m) for group in by_operator.values() for turn, m in enumerate(group)]
    return [m for _, _, m in sorted(turns, key=lambda entry: entry[:2])]


def _rank(mutation: Mutation, seed: int) -> str:
    return hashlib.sha256(f"{seed}:{mutation.id}".encode()).hexdigest()
