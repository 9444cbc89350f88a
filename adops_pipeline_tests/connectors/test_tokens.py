"""Promises of the token stores: kept for good, for the owner's eyes, never half."""

import fcntl
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from adops_pipeline.connectors.errors import AuthError
from adops_pipeline.connectors.tokens import FileTokenStore, MemoryTokenStore, TokenStore
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
