"""Tokens of the API: until when they are accepted, names, uses, and what a purge deletes."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection

from adops_pipeline.operations import tokens
from adops_pipeline.operations.errors import NotFoundError, RefusedError
from adops_pipeline.operations.store import Store
from adops_pipeline.operations.tokens import Token
from adops_pipeline_tests.operations.conftest import NOW

INSTANT, MINUTE = timedelta(microseconds=1), timedelta(minutes=1)


def made(con: Connection, name: str, at: datetime = NOW, expires_at: datetime | None = None) -> Token:
    return tokens.create(con, name, "operator", f"hash of {name} at {at}", by="test", at=at, expires_at=expires_at)


def test_a_token_is_accepted_until_the_moment_at_which_it_expires_or_is_revoked(store: Store) -> None:
    with store.writing() as con:
        token = made(con, "BI", expires_at=NOW + MINUTE)
        assert [token.status(NOW + MINUTE + apart) for apart in (-INSTANT, 0 * INSTANT)] == ["active", "expired"]
        assert made(con, "endless").status(NOW + 9999 * MINUTE) == "active"
        revoked = tokens.revoke(con, token.id, NOW)
        assert (revoked.status(NOW), revoked.revoked_at, revoked.role) == ("revoked", NOW, "operator")
        with pytest.raises(RefusedError, match="is revoked already"):
            tokens.revoke(con, token.id, NOW + MINUTE)
        assert tokens.get(con, token.id).revoked_at == NOW
        with pytest.raises(NotFoundError):
            tokens.revoke(con, "nothing", NOW)


def test_a_name_is_free_again_when_its_token_is_revoked_and_the_newest_comes_first(store: Store) -> None:
    with store.writing() as con:
        assert not tokens.are_used(con)
        first = made(con, "n8n")
        with pytest.raises(RefusedError, match="there is a token 'n8n' already"):
            made(con, "n8n", NOW + MINUTE)
        tokens.revoke(con, first.id, NOW)
        second = made(con, "n8n", NOW + MINUTE)
        other = made(con, "BI", NOW + 2 * MINUTE)
        assert [token.id for token in tokens.every(con)] == [other.id, second.id, first.id]
        assert tokens.find(con, second.hash) == second
        assert tokens.find(con, "another hash") is None
        assert tokens.are_used(con)


def test_a_use_is_worth_recording_a_minute_after_the_last(store: Store) -> None:
    with store.writing() as con:
        token = made(con, "BI")
        assert tokens.is_use_due(token, NOW)
        tokens.record_use(con, token.id, NOW)
        used = tokens.get(con, token.id)
    assert used.last_used_at == NOW
    assert [tokens.is_use_due(used, NOW + MINUTE + apart) for apart in (-INSTANT, 0 * INSTANT)] == [False, True]


def test_a_purge_deletes_what_is_accepted_no_longer(store: Store) -> None:
    with store.writing() as con:
        for name, apart in (("expired", 0 * INSTANT), ("valid", INSTANT)):
            made(con, name, expires_at=NOW + apart)
        tokens.revoke(con, made(con, "revoked").id, NOW)
        made(con, "endless")
        assert tokens.purge(con, NOW) == 2
        assert [token.name for token in tokens.every(con)] == ["endless", "valid"]
