"""How soon the dashboard's pages are usable in a browser, and how much they load.

Run: python -m benchmarks.pages --folder FOLDER

FOLDER is a data folder with a published snapshot, such as `python -m benchmarks.api --folder FOLDER` leaves (10,000
campaigns × 365 days); the real server is started on it. Cold is the first visit of a new browser profile, warm the
median of four more. A page is usable at its `load` event. Bytes are those on the wire, charts further down the page
included. Exit code 1 when a limit is missed.
"""

import argparse
import statistics
import sys
import time
from pathlib import Path

from playwright.sync_api import Browser, CDPSession, sync_playwright

from adops_pipeline.settings import load_settings
from adops_pipeline.wiring import build_services
from adops_pipeline_tests.browser.chromium import chromium_program
from adops_pipeline_tests.browser.sites import served
from adops_pipeline_tests.e2e.command import FEW_ACCOUNTS

_PAGES = ("/", "/campaigns", "/pacing", "/budget", "/experiments", "/alerts", "/data")
_COLD_SECONDS, _WARM_SECONDS, _KILOBYTES = 1.5, 0.5, 350
_LOADED = "performance.getEntriesByType('navigation')[0].loadEventEnd / 1000"
_PREPARED_SECONDS, _CHARTS_MILLISECONDS = 10.0, 1500


def measure(browser: Browser, address: str, path: str) -> tuple[float, float, float]:
    """Seconds until the page is loaded, cold and warm, and its kilobytes."""
    context = browser.new_context(base_url=address)
    page = context.new_page()
    received = _count(context.new_cdp_session(page))
    seconds = []
    for visit in range(5):
        page.goto(path, wait_until="load")
        page.wait_for_function(f"{_LOADED} > 0")
        seconds.append(float(page.evaluate(_LOADED)))
        if visit == 0:
            page.evaluate("window.scrollTo(0, document.body.scrollHeight)")  # charts are loaded when they are seen
            page.wait_for_timeout(_CHARTS_MILLISECONDS)
            kilobytes = sum(received) / 1000
    context.close()
    return seconds[0], statistics.median(seconds[1:]), kilobytes


def _count(session: CDPSession) -> list[float]:
    received: list[float] = []
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    return received


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--folder", type=Path, required=True, help="data folder with a published snapshot")
    folder = parser.parse_args().folder
    services = build_services(load_settings(data_dir=folder))
    is_met = True
    with served(folder, services, dict.fromkeys(FEW_ACCOUNTS, "")) as site, sync_playwright() as playwright:
        time.sleep(_PREPARED_SECONDS)  # the server prepares the published data first
        browser = playwright.chromium.launch(executable_path=chromium_program())
        print(f"{'page':<14}{'cold s':>8}{'warm s':>8}{'kB':>7}")
        for path in _PAGES:
            cold, warm, kilobytes = measure(browser, site.address, path)
            is_met &= cold <= _COLD_SECONDS and warm <= _WARM_SECONDS and kilobytes <= _KILOBYTES
            print(f"{path:<14}{cold:>8.2f}{warm:>8.2f}{kilobytes:>7.0f}")
        browser.close()
    print(f"limits: {_COLD_SECONDS} s, {_WARM_SECONDS} s, {_KILOBYTES} kB: {'met' if is_met else 'MISSED'}")
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main())
