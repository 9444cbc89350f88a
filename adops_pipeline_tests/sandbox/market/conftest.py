"""One market for all tests of this folder: it never changes, so it may be shared."""

from datetime import UTC, datetime

import pytest

from adops_pipeline.sandbox.market import Market

NOW = datetime(2026, 11, 23, 15, 20, tzinfo=UTC)


@pytest.fixture(scope="session")
def market() -> Market:
    return Market()
