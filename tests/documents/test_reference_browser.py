"""The reference in a browser: nothing is too wide or complains, and the search finds names."""

from __future__ import annotations

from typing import Any

import pytest

from symrnn.documents.reference.pages import ADDRESSES
from symrnn.targets import LANGUAGES
from tests.documents.test_browser import WIDTHS, browser, opened, pytestmark

__all__ = ["browser", "opened", "pytestmark"]
PAGES = [one.removesuffix(".html") for one in ADDRESSES.values()]
EACH = pytest.mark.parametrize("name", PAGES)


@EACH
@pytest.mark.parametrize("code", LANGUAGES)
def test_nothing_is_too_wide_or_complains(opened: Any, name: str, code: str) -> None:
    for width in WIDTHS:
        one = opened(name, code, width)
        assert one.page.evaluate("document.documentElement.scrollWidth") <= width
        assert not one.complaints and all(url.startswith("file:") for url in one.requests)
    assert one.page.locator(".beside [aria-current]").count() == 1


@EACH
def test_no_serious_finding_of_accessibility(opened: Any, name: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright",
                              reason="needs axe-playwright-python").Axe()
    for width, scheme in zip(WIDTHS, ("dark", "light"), strict=True):
        one = opened(name, "zh-TW", width, color_scheme=scheme)
        found = [(each["id"], each["nodes"][0]["html"][:200])
                 for each in axe.run(one.page).response["violations"]
                 if each["impact"] in ("serious", "critical")]
        assert not found


def test_the_list_of_all_finds_commands_and_names(opened: Any) -> None:
    one = opened("index")
    names, shown = one.page.locator("details.found"), one.page.locator(".found li:visible")
    assert names.get_attribute("open") is None
    one.page.locator("input[name=words]").fill("truncated")
    assert shown.locator("code").first.inner_text() == "symrnn.Kernel.truncated"
    one.page.locator("input[name=words]").fill("there is nothing like it")
    assert names.is_hidden()
    one.page.locator("input[name=words]").fill("symrnn docs")
    assert shown.count() == 1
    shown.locator("a").click()
    one.page.wait_for_url("**/en/command-line.html#docs")
    assert not one.complaints


def test_names_stand_without_a_script(opened: Any) -> None:
    one = opened("index", java_script_enabled=False)
    one.page.locator("details.found summary").click()
    assert one.page.locator(".found li:visible").count() > 100
