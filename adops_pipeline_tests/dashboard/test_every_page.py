"""Every page before the first run, and with store and snapshot lost: it says so within the page. No browser is needed.

The browser has them with scripts in the slow set (`browser/test_pages.py`).
"""

import re
from pathlib import Path

import httpx

from adops_pipeline_tests.api.conftest import services_over
from adops_pipeline_tests.browser.sites import lose
from adops_pipeline_tests.dashboard.conftest import browser_of
from adops_pipeline_tests.dashboard.pages import PAGES, text_of
from adops_pipeline_tests.templates import copy_into

_STATE = re.compile(r'<(div|p) class="state[ "].*?</\1>', re.DOTALL)
_NAVIGATION = '<nav class="side" aria-label="Pages">'


async def _said(browser: httpx.AsyncClient) -> dict[str, str]:
    """What each page says of its state first; every page has one heading and the navigation."""
    said = {}
    for path in PAGES:
        answer = await browser.get(path)
        assert answer.status_code in (200, 503), path
        assert (answer.text.count("<h1"), answer.text.count(_NAVIGATION)) == (1, 1), path
        state = _STATE.search(answer.text)
        said[path] = text_of(state.group()) if state else ""
    return said


async def test_a_page_without_data_says_what_to_do(empty_data: Path, tmp_path: Path) -> None:
    services = services_over(copy_into(empty_data, tmp_path))
    async with browser_of(services) as browser:
        said = await _said(browser)
    services.store.close()
    assert [path for path, state in said.items() if not state] == []
    assert any("adops run" in state for state in said.values())


async def test_a_page_whose_service_fails_says_so_within_the_page(published: Path, tmp_path: Path) -> None:
    services = services_over(copy_into(published, tmp_path))
    async with browser_of(services) as browser:
        assert (await browser.get("/api/workflows")).status_code == 200
        lose(services)
        said = await _said(browser)
    services.store.close()
    assert {path: state for path, state in said.items() if "damaged" not in state} == {}
