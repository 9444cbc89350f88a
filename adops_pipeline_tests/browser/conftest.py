"""One browser for all tests of this folder, and the servers that it visits."""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser

from adops_pipeline_tests.api.conftest import published, services_over
from adops_pipeline_tests.browser.chromium import Visitor, running_chromium
from adops_pipeline_tests.browser.sites import Site, lose, served, served_here
from adops_pipeline_tests.templates import copy_into

__all__ = ["published"]


@pytest.fixture(scope="package")
def chromium(published: Path) -> Iterator[Browser]:
    """The browser, started after the data were published: beside its event loop none of the pipeline's can run."""
    assert published.is_dir()
    with running_chromium() as browser:
        yield browser


@pytest.fixture(scope="package")
def site(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """`adops serve` over published data."""
    data_dir = copy_into(published, tmp_path_factory.mktemp("site"))
    with served(data_dir, services_over(data_dir)) as site:
        yield site


@pytest.fixture(scope="package")
def empty_site(empty_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server before the first run: an empty store, and nothing published."""
    with served_here(services_over(copy_into(empty_data, tmp_path_factory.mktemp("empty")))) as site:
        yield site


@pytest.fixture(scope="package")
def failing_site(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server that has lost its store and its snapshot while it ran."""
    services = services_over(copy_into(published, tmp_path_factory.mktemp("failing")))
    with served_here(services) as site:
        assert httpx.get(f"{site.address}/api/workflows").status_code == 200
        lose(services)
        yield site


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Callable[..., Visitor]]:
    """Begins visits of a site, and fails the test for what went wrong on their pages."""
    begun: list[Visitor] = []

    def begin(site: Site, **options: object) -> Visitor:
        begun.append(Visitor.of(chromium, site.address, **options))
        return begun[-1]

    yield begin
    for visitor in begun:
        visitor.close()


@pytest.fixture(scope="package")
def tab(chromium: Browser, site: Site) -> Iterator[Visitor]:
    """The tab of all who visit the site with data: to begin a visit costs the browser more than a page."""
    visitor = Visitor.of(chromium, site.address)
    yield visitor
    visitor.close()


@pytest.fixture
def visitor(tab: Visitor) -> Iterator[Visitor]:
    """A visitor of the site with data. Fails the test for what went wrong on its pages."""
    yield tab
    tab.leave()
