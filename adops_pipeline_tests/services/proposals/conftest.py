"""A folder with an empty store and a platform that has one campaign with a daily budget of EUR 50."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from adops_pipeline.operations.store import Store
from adops_pipeline_tests.services.proposals.desk import BRAND, Desk, open_desk
from adops_pipeline_tests.services.proposals.fake_platform import FakePlatform


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a migrated store."""
    path = tmp_path_factory.mktemp("store") / "operations.db"
    with Store(f"sqlite:///{path}") as store:
        store.migrate()
    return path.read_bytes()


@pytest.fixture
def folder(migrated: bytes, tmp_path: Path) -> Path:
    """A folder as it is before the first proposal."""
    (tmp_path / "operations.db").write_bytes(migrated)
    FakePlatform(tmp_path / "platform.json").add(BRAND, "Brand", "50")
    return tmp_path


@pytest.fixture
def desk(folder: Path) -> Iterator[Desk]:
    """A service whose proposals all wait for approval."""
    opened = open_desk(folder)
    yield opened
    opened.service.applier.store().close()
