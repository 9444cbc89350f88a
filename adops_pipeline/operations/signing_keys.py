"""Keys that sign what is sent to a program's webhook, as the store keeps them: encrypted, each with its end.

A replaced key goes on signing until its end, beside the new one, so that the receiver can change keys meanwhile.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from adops_pipeline.domain.webhooks.standard import new_secret
from adops_pipeline.operations.secrets import SecretBox

_MOST_KEYS = 4
"""The newest ones; a receiver looks at a few signatures only."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One key. ``until`` is None for the current one."""

    key: str = field(repr=False)
    until: datetime | None = None

    def signs_at(self, at: datetime) -> bool:
        """Whether it still signs."""
        return self.until is None or at < self.until


def first_key(box: SecretBox) -> tuple[str, str]:
    """A new key, and its encrypted form for the store."""
    key = new_secret()
    return key, _encrypted([SigningKey(key)], box)


def replaced(stored: str, box: SecretBox, at: datetime, old_until: datetime) -> tuple[str, str]:
    """A new key, and the encrypted form of it and of the keys before, which sign until ``old_until`` at most."""
    kept = [SigningKey(one.key, min(one.until or old_until, old_until)) for one in decrypted(stored, box)]
    key = new_secret()
    return key, _encrypted([SigningKey(key), *(one for one in kept if one.signs_at(at))][:_MOST_KEYS], box)


def decrypted(stored: str, box: SecretBox) -> list[SigningKey]:
    """The keys, newest first."""
    documents = json.loads(box.decrypt(stored))
    return [
        SigningKey(one["key"], None if one["until"] is None else datetime.fromisoformat(one["until"]))
        for one in documents
    ]


def _encrypted(keys: Sequence[SigningKey], box: SecretBox) -> str:
    documents = [{"key": one.key, "until": None if one.until is None else one.until.isoformat()} for one in keys]
    return box.encrypt(json.dumps(documents))
