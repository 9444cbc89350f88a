"""JSON documents of named tokens. They contain neither a token nor its hash."""

from datetime import datetime
from typing import Any

from adops_pipeline.services.tokens import Token


def token_document(token: Token, now: datetime) -> dict[str, Any]:
    """A token, as of ``now``."""
    return {
        "id": token.id, "name": token.name, "role": token.role, "status": token.status(now),
        "created_by": token.created_by, "created_at": token.created_at, "expires_at": token.expires_at,
        "revoked_at": token.revoked_at, "last_used_at": token.last_used_at,
    }  # fmt: skip
