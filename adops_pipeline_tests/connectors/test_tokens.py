"""Promises of the token stores: kept for good, for the owner's eyes, never half."""

import fcntl
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from adops_pipeline.connectors.errors import AuthError, ContractError, FailureContext
from adops_pipeline.connectors.tokens import FileTokenStore, MemoryTokenStore, TokenStore, lifetime, usable_token
from adops_pipeline.domain.vocabulary import Platform


@pytest.mark.parametrize("kind", ["memory", "file"])
def test_the_newest_token_of_each_platform_is_kept(kind: str, tmp_path: Path) -> None:
    store: TokenStore = MemoryTokenStore() if kind == "memory" else FileTokenStore(tmp_path / "data" / "tokens.json")
    assert store.load(Platform.PINTEREST) is None
    store.save(Platform.PINTEREST, "first")
    store.save(Platform.META_ADS, "other")
    store.save(Platform.PINTEREST, "second")
    assert store.load(Platform.PINTEREST) == "second"
    assert store.load(Platform.META_ADS) == "other"
    assert store.load(Platform.GOOGLE_ADS) is None


def test_a_file_is_read_by_the_next_process_and_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "tokens.json"
    FileTokenStore(path).save(Platform.PINTEREST, "kept")
    assert FileTokenStore(path).load(Platform.PINTEREST) == "kept"
    assert path.stat().st_mode & 0o777 == 0o600
    assert json.loads(path.read_bytes()) == {"pinterest": "kept"}


def test_a_file_others_could_read_is_closed_to_them_at_the_next_save(tmp_path: Path) -> None:
    path = tmp_path / "tokens.json"
    path.write_text('{"meta-ads":"old"}')
    path.chmod(0o644)
    FileTokenStore(path).save(Platform.PINTEREST, "new")
    assert path.stat().st_mode & 0o777 == 0o600
    assert FileTokenStore(path).load(Platform.META_ADS) == "old"


def test_a_save_that_fails_leaves_the_former_token_and_no_litter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "tokens.json"
    store = FileTokenStore(path)
    store.save(Platform.PINTEREST, "former")
    before = sorted(p.name for p in tmp_path.iterdir())

    def full(_: Path, __: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        store.save(Platform.PINTEREST, "new")
    assert store.load(Platform.PINTEREST) == "former"
    assert sorted(p.name for p in tmp_path.iterdir()) == before


@pytest.mark.parametrize("content", [b'{"pinterest":"half', b"[]", b'{"pinterest":5}', b"\xff"])
def test_a_store_that_cannot_be_read_is_an_auth_error_that_names_the_file_and_nothing_in_it(
    content: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "tokens.json"
    path.write_bytes(content)
    with pytest.raises(AuthError, match=r"tokens\.json cannot be read") as caught:
        FileTokenStore(path).load(Platform.PINTEREST)
    assert "half" not in str(caught.value)


def test_a_save_keeps_other_processes_out_from_reading_the_tokens_to_replacing_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "tokens.json"
    store = FileTokenStore(path)
    locked: list[tuple[str, bool]] = []

    def noting(name: str, step: Callable[..., object]) -> Callable[..., object]:
        def noted(*arguments: object) -> object:
            locked.append((name, _is_locked(tmp_path / ".tokens.json.lock")))
            return step(*arguments)

        return noted

    monkeypatch.setattr(FileTokenStore, "_read", noting("read", FileTokenStore._read))
    monkeypatch.setattr(Path, "replace", noting("replace", Path.replace))
    store.save(Platform.PINTEREST, "new")
    assert locked == [("read", True), ("replace", True)]
    assert not _is_locked(tmp_path / ".tokens.json.lock")


def _is_locked(path: Path) -> bool:
    """Whether other processes are kept out, of reading too."""
    with path.open("rb") as other:
        try:
            fcntl.flock(other, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (b"3600", 3600),
        (b'"1800"', 1800),
        (b"7200.5", 7200.5),
        (b"3600000", 36_000),
        (b"1", 1),
        (b"1e15", 36_000),
        (b"1e400", 3600),
        (b"9" * 5000, 3600),
        (b"-5", 3600),
        (b"0", 3600),
        (b'"soon"', 3600),
        (b"null", 3600),
        (b"", 3600),
        (b'{"a":1}', 3600),
    ],
)
def test_a_token_counts_for_the_time_given_within_reason(answer: bytes, seconds: float) -> None:
    context = FailureContext(Platform.GOOGLE_ADS, "POST /token")
    assert lifetime(answer, timedelta(hours=1), context) == timedelta(seconds=seconds)


@pytest.mark.parametrize("token", ["", "a b", "a\nb", "tök", "a\x00", " "])
def test_a_token_that_no_header_carries_is_refused_without_being_shown(token: str) -> None:
    with pytest.raises(ContractError) as caught:
        usable_token(token, FailureContext(Platform.PINTEREST, "POST /oauth/token"))
    assert "token is empty or has characters" in str(caught.value)
    assert "tök" not in str(caught.value)


def test_a_usual_token_is_used() -> None:
    assert usable_token("pina_A.b-c/1=", FailureContext(Platform.PINTEREST, "POST /oauth/token")) == "pina_A.b-c/1="
