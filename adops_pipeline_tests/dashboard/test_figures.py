"""What a page says is what the API says, and that is what SQL says: the overview under ten filters chosen at random."""

from datetime import date, timedelta
from random import Random
from typing import Any

import httpx
from babel import Locale

from adops_pipeline.dashboard import formats
from adops_pipeline.wiring import Services
from adops_pipeline_tests.api.conftest import AS_OF
from adops_pipeline_tests.dashboard.pages import rows_of

_ENGLISH = Locale("en")
_PLATFORMS = ("google-ads", "meta-ads", "pinterest")


def filters(seed: int) -> dict[str, Any]:
    """A period within the published month, and any platforms."""
    random = Random(seed)
    first = AS_OF - timedelta(days=random.randint(8, 25))
    last = first + timedelta(days=random.randint(0, 6))
    return {
        "from": first.isoformat(),
        "to": last.isoformat(),
        "platform": random.sample(_PLATFORMS, random.randint(0, 3)),
    }


async def test_pages_equal_the_api_and_the_api_equals_sql(browser: httpx.AsyncClient, site_services: Services) -> None:
    compared = 0
    for seed in range(10):
        given = filters(seed)
        answer = await browser.get("/api/analytics/overview", params=given)
        totals = {one["currency"]: one for one in answer.raise_for_status().json()["totals"]}
        page = await browser.get("/", params=given | {"period": "custom"}, headers={"Accept-Language": "en"})
        table = page.text.partition('aria-label="Currencies"')[2].partition("</table>")[0]
        shown = {row[0]: row[1] for row in rows_of(table.partition("<tbody")[2])}

        assert shown.keys() == totals.keys(), given
        for currency, one in totals.items():
            assert shown[currency].startswith(formats.money(one["spend"]["value"], currency, _ENGLISH)), given
            compared += 1
        assert {currency: round(one["spend"]["value"], 6) for currency, one in totals.items()} == sums(
            site_services, given
        )
    assert compared >= 10


def sums(services: Services, given: dict[str, Any]) -> dict[str, float]:
    """Spend by currency, by SQL."""
    statement = """
        SELECT currency, sum(spend)::DOUBLE FROM analytics_metrics
        WHERE date BETWEEN ? AND ? AND (len(?) = 0 OR list_contains(?, platform)) GROUP BY currency
    """
    first, last = date.fromisoformat(given["from"]), date.fromisoformat(given["to"])
    with services.snapshots.reading() as snapshot:
        rows = snapshot.con.execute(statement, [first, last, given["platform"], given["platform"]]).fetchall()
    return {currency: round(spend, 6) for currency, spend in rows}
