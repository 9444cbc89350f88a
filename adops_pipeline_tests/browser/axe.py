"""axe-core's findings on a page, in light and in dark."""

import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Page

_SCRIPT = Path(sys.prefix) / "dashboard/node_modules/axe-core/axe.min.js"
"""Installed by `make assets` with the other npm packages."""
_RUN = """async (rules) => {
    const options = { resultTypes: ["violations"] };
    if (rules.length) options.runOnly = { type: "rule", values: rules };
    const found = await axe.run(document, options);
    return found.violations.map((one) => ({
        rule: one.id, impact: one.impact, where: one.nodes.slice(0, 3).map((node) => node.target.join(" ")),
        why: one.nodes[0].failureSummary,
    }));
}"""


def findings(page: Page) -> list[str]:
    """Serious and critical violations: all rules in light, those of colours in dark as well."""
    page.emulate_media(color_scheme="light")
    page.evaluate(_script())
    found = _run(page, "light")
    page.emulate_media(color_scheme="dark")
    found += _run(page, "dark", ["color-contrast", "link-in-text-block"])
    page.emulate_media(color_scheme="light")
    return found


def _run(page: Page, theme: Literal["light", "dark"], rules: Sequence[str] = ()) -> list[str]:
    found: list[dict[str, Any]] = page.evaluate(_RUN, list(rules))
    return [
        f"{theme}: {one['rule']} at {', '.join(one['where'])}: {one['why']}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


@cache
def _script() -> str:
    assert _SCRIPT.is_file(), "axe-core is missing: run `make assets`"
    return f"{_SCRIPT.read_text(encoding='utf-8')};undefined"
