"""Pictures of the dashboard for docs/, in light, dark and at phone width.

Run: python -m benchmarks.screenshots --folder FOLDER [--to docs] [--only overview ...]

FOLDER is a data folder that `adops run` has filled; the real server is started on it.
Each picture shows the top of a page.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from adops_pipeline.settings import load_settings
from adops_pipeline.wiring import build_services
from adops_pipeline_tests.browser.chromium import chromium_program
from adops_pipeline_tests.browser.sites import served
from adops_pipeline_tests.e2e.command import FEW_ACCOUNTS

_WIDE, _PHONE = (1440, 1000), (390, 844)


@dataclass(frozen=True)
class Picture:
    """A picture: the page's address and how it is seen.

    ``first_link`` opens the first link that matches it, ``opened`` the first part of the page with a chart.
    """

    name: str
    path: str
    is_dark: bool = False
    size: tuple[int, int] = _WIDE
    first_link: str = ""
    opened: str = ""


PICTURES = (
    Picture("overview", "/"),
    Picture("overview-dark", "/", is_dark=True),
    Picture("overview-phone", "/", size=_PHONE),
    Picture("campaigns", "/campaigns"),
    Picture("campaign-dark", "/campaigns", is_dark=True, first_link="table.campaigns tbody a"),
    Picture("pacing", "/pacing", opened="details.days summary"),
    Picture("experiments-dark", "/experiments", is_dark=True),
    Picture("budget", "/budget?currency=USD"),
    Picture("workflows", "/workflows"),
    Picture("alerts-phone", "/alerts", size=_PHONE, is_dark=True),
)


def take(browser: Browser, address: str, picture: Picture, folder: Path) -> None:
    """Take one picture."""
    width, height = picture.size
    context = browser.new_context(
        base_url=address,
        viewport={"width": width, "height": height},
        color_scheme="dark" if picture.is_dark else "light",
        reduced_motion="reduce",
        locale="en-US",
        bypass_csp=True,  # to wait for a condition in the page
        device_scale_factor=2 if picture.size == _PHONE else 1,
    )
    page = context.new_page()
    page.goto(picture.path)
    if picture.first_link:
        page.locator(picture.first_link).first.click()
        page.wait_for_url("**/campaigns/**")
    if picture.opened:
        page.locator(picture.opened).first.click()
        page.wait_for_selector("details[open] figure[data-chart]")
    # Charts in view are drawn by scripts; those below are not in the picture.
    page.wait_for_function(
        "[...document.querySelectorAll('figure[data-chart=waiting]')]"
        ".every((one) => one.getBoundingClientRect().top > innerHeight)"
    )
    page.evaluate("document.fonts.ready")
    page.screenshot(path=folder / f"dashboard-{picture.name}.png")
    context.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="data folder with a published snapshot")
    parser.add_argument("--to", type=Path, default=Path("docs"), help="where the pictures are written")
    parser.add_argument("--only", nargs="*", choices=[one.name for one in PICTURES], help="only these")
    given = parser.parse_args(arguments)
    program = chromium_program()
    if program is None:
        print("Chromium is not installed (Debian: apt-get install chromium-headless-shell)", file=sys.stderr)
        return 1
    services = build_services(load_settings(data_dir=given.folder))
    with served(given.folder, services, dict.fromkeys(FEW_ACCOUNTS, "")) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program)
        for picture in PICTURES:
            if given.only is None or picture.name in given.only:
                take(browser, site.address, picture, given.to)
                print(given.to / f"dashboard-{picture.name}.png")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
