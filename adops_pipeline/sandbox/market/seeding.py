"""Random streams that depend on names only, not on call order, process or Python's hash seed."""

import hashlib

import numpy as np


def stream(seed: int, *names: str | int) -> np.random.Generator:
    """An independent generator for ``names`` under ``seed``; the same arguments give the same numbers anywhere."""
    key = "\x1f".join([str(seed), *map(str, names)])
    digest = hashlib.blake2b(key.encode(), digest_size=16).digest()
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(int.from_bytes(digest, "big"))))
