"""Promises of the token stores: kept for good, for the owner's eyes, never half."""

import json
import multiprocessing
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


def _save_often(path: Path, platform: Platform) -> None:
    for n in range(25):
        FileTokenStore(path).save(platform, f"{platform}-{n}")


def test_two_processes_that_save_at_once_do_not_lose_each_others_token(tmp_path: Path) -> None:
    path = tmp_path / "tokens.json"
    spawn = multiprocessing.get_context("spawn")
    platforms = (Platform.PINTEREST, Platform.META_ADS)
    workers = [spawn.Process(target=_save_often, args=(path, platform)) for platform in platforms]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert {p: FileTokenStore(path).load(p) for p in platforms} == {p: f"{p}-24" for p in platforms}
