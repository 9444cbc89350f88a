"""Settings tests have a data folder of their own: nothing of this machine's settings is read."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def own_data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ADOPS_DATA_DIR", str(tmp_path))
    return tmp_path
