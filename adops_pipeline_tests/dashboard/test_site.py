"""The shell of the dashboard: access, policy, files, pages for errors."""

import re
from pathlib import Path

import httpx
import pytest
from jinja2 import nodes
from pydantic import SecretStr

from adops_pipeline.dashboard import rendering
from adops_pipeline.dashboard.pages.login import local
from adops_pipeline.wiring import Services
from adops_pipeline_tests.api.conftest import BASE, services_over
from adops_pipeline_tests.dashboard.conftest import browser_of

TOKEN = "a-token-for-the-tests"


def links_of(page: str) -> set[str]:
    """Addresses of this server that a page links or loads."""
    return {address.replace("&amp;", "&") for address in re.findall(r'(?:href|src|hx-get)="(/[^"]*)"', page)}


@pytest.mark.parametrize("path", ["/", "/campaigns", "/login", "/nothing-here"])
async def test_every_page_allows_scripts_and_styles_of_this_server_alone(browser: httpx.AsyncClient, path: str) -> None:
    page = await browser.get(path, follow_redirects=True)
    assert page.headers["content-security-policy"].startswith("default-src 'self';")
    assert "unsafe" not in page.headers["content-security-policy"]
    assert not re.search(r"<script(?![^>]*\b(?:src|type=\"application/json\"))|\sstyle=|\son\w+=", page.text)


@pytest.mark.parametrize("path", ["/", "/campaigns"])
async def test_what_a_page_links_exists(browser: httpx.AsyncClient, path: str) -> None:
    page = await browser.get(path)
    assert page.status_code == 200
    links = links_of(page.text)
    campaigns = sorted(address for address in links if address.startswith("/campaigns/"))
    for address in links.difference(campaigns[2:]):  # of campaigns, whose links are alike, a few
        assert (await browser.get(address)).status_code == 200, address


@pytest.mark.parametrize("dagster", [None, "http://127.0.0.1:3111"])
async def test_the_data_page_links_dagster_where_it_runs_and_else_says_how_to_start_it(
    site_services: Services, dagster: str | None
) -> None:
    async with browser_of(site_services, dagster) as browser:
        page = (await browser.get("/data")).text
    assert ('href="http://127.0.0.1:3111/"' in page, "start both with <code>adops up</code>" in page) == (
        dagster is not None, dagster is None,
    )  # fmt: skip


async def test_files_are_kept_for_a_year_under_the_hash_of_their_contents_alone(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/")
    style = next(address for address in links_of(page.text) if address.endswith("tokens.css"))
    current = await browser.get(style)
    assert current.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert current.headers["content-type"].startswith("text/css")
    version = style.split("/")[2]
    older = await browser.get(style.replace(version, "0" * len(version)))
    assert (older.status_code, older.headers["cache-control"]) == (200, "no-store")
    for wrong in ("../../site.py", "css/none.css", "%2e%2e/%2e%2e/site.py"):
        assert (await browser.get(f"/assets/{version}/{wrong}")).status_code == 404


async def test_a_page_without_a_session_leads_to_the_sign_in_and_back(shared: Path) -> None:
    services = services_over(shared, api_token=SecretStr(TOKEN))
    async with browser_of(services) as browser:
        refused = await browser.get("/campaigns?platform=meta-ads")
        assert refused.status_code == 303
        assert refused.headers["location"] == "/login?next=%2Fcampaigns%3Fplatform%3Dmeta-ads"
        part = await browser.get("/campaigns", headers={"HX-Request": "true", "HX-Current-URL": f"{BASE}/pacing?x=1"})
        assert part.headers["hx-redirect"] == "/login?next=%2Fpacing%3Fx%3D1"
        form = await browser.get(refused.headers["location"])
        assert 'name="next" value="/campaigns?platform=meta-ads"' in form.text

        wrong = await browser.post("/login", data={"token": "wrong", "next": "/campaigns"})
        assert (wrong.status_code, "This token is not valid." in wrong.text) == (401, True)
        assert "wrong" not in re.findall(r'value="([^"]*)"', wrong.text)
        signed_in = await browser.post("/login", data={"token": TOKEN, "next": "/campaigns?platform=meta-ads"})
        assert (signed_in.status_code, signed_in.headers["location"]) == (303, "/campaigns?platform=meta-ads")
        assert (await browser.get("/campaigns?platform=meta-ads")).status_code == 200
        assert (await browser.get("/login?next=/pacing")).headers["location"] == "/pacing"
    services.snapshots.close()
    services.store.close()


@pytest.mark.parametrize(
    "address",
    ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "", "/\t/evil.example",
     "/login?next=/", "/api/logout", "evil.example"],
)  # fmt: skip
def test_the_sign_in_leads_to_pages_of_this_server_alone(address: str) -> None:
    assert local(address) == "/"


async def test_a_wrong_filter_is_explained_on_a_page_and_a_program_gets_a_problem(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/campaigns?from=tomorrow")
    assert (page.status_code, page.headers["content-type"]) == (422, "text/html; charset=utf-8")
    assert "from:" in page.text
    assert 'aria-label="Pages"' in page.text
    program = await browser.get("/campaigns?from=tomorrow", headers={"Accept": "application/json"})
    assert program.headers["content-type"] == "application/problem+json"


async def test_without_published_data_a_page_says_how_to_get_some(tmp_path: Path) -> None:
    services = services_over(tmp_path)
    services.store.migrate()
    async with browser_of(services) as browser:
        page = await browser.get("/")
    assert (page.status_code, page.headers["retry-after"]) == (503, "10")
    assert "Nothing has been published yet" in page.text
    assert "adops run" in page.text
    services.store.close()


async def test_an_unexpected_error_is_a_page_without_details(
    site_services: Services, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("adops_pipeline.dashboard.pages.overview.reading", fail)
    async with browser_of(site_services) as browser:
        page = await browser.get("/")
    assert page.status_code == 500
    assert "This page could not be made" in page.text
    assert "secret detail" not in page.text
    assert "secret detail" in caplog.text


async def test_what_is_not_a_page_stays_as_it_is(browser: httpx.AsyncClient) -> None:
    missing = await browser.get("/api/nope")
    assert missing.headers["content-type"] == "application/problem+json"
    assert (await browser.get("/api/analytics/overview")).headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    "path", sorted((Path(rendering.__file__).parent / "templates/pages").glob("*.html")), ids=lambda path: path.stem
)
def test_what_a_block_uses_is_within_it_as_htmx_asks_for_blocks_alone(path: Path) -> None:
    page = rendering.site_of((), None).environment.parse(path.read_text(encoding="utf-8"))
    if page.find(nodes.Block) is not None:
        assert [one.name for one in page.body if isinstance(one, nodes.Macro)] == []
        assert [one for one in page.body if isinstance(one, nodes.Assign | nodes.AssignBlock)] == []


async def test_no_link_of_a_page_leads_nowhere(browser: httpx.AsyncClient) -> None:
    start = (await browser.get("/")).text
    places = re.findall(r'<a href="(/[a-z]+)"', start.partition("<nav")[2].partition("</nav>")[0])
    assert len(places) > 8
    found: dict[str, list[str]] = {}
    for place in places:
        for link in re.findall(r'href="(/[^"?#]+)"', (await browser.get(place)).text):
            found.setdefault(link.rpartition("/")[0], []).append(link)
    # Of many of a kind, such as campaigns, a few; workflows and agents all.
    links = {one for kind, of in found.items() for one in (of if kind in ("/workflows", "/agents") else sorted(of)[:2])}
    assert {"/agents/trader", "/workflows/sync-platforms"} <= links
    statuses = {link: (await browser.get(link)).status_code for link in sorted(links) if not link.startswith("/odata")}
    assert {link: status for link, status in statuses.items() if status != 200} == {}
