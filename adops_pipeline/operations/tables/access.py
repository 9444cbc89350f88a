"""Named tokens of the API, and sessions of browsers. Both are private, and neither table has a secret: only hashes."""

from sqlalchemy import ForeignKey, Index, Table

from adops_pipeline.operations.tables.base import key, metadata, moment, text

api_tokens = Table(
    "api_tokens",
    metadata,
    key("id", "Token."),
    text("name", "Who uses it; unique among the tokens that are not revoked.", required=True),
    text("role", "reader, operator or admin.", required=True),
    text("hash", "SHA-256 of the token.", required=True),
    text("created_by", "Who created it.", required=True),
    moment("created_at", "Time of creation.", required=True),
    moment("expires_at", "End of its validity; NULL means none."),
    moment("revoked_at", "Time at which it was revoked."),
    moment("last_used_at", "Last use, to the minute."),
    Index(None, "hash", unique=True),
    comment="Named tokens of the API. A revoked one is kept until it is purged.",
)

api_sessions = Table(
    "api_sessions",
    metadata,
    key("hash", "Hash of the cookie; with the settings' token it is keyed by that token, so a new token ends it."),
    text(
        "token_id",
        "Token that signed in; NULL for that of the settings.",
        ForeignKey("api_tokens.id", ondelete="CASCADE"),
    ),
    moment("created_at", "Time of the sign-in.", required=True),
    moment("expires_at", "End of the session.", required=True),
    Index(None, "expires_at"),
    comment="Sessions of browsers that signed in with a token.",
)
