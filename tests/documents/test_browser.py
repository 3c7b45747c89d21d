"""Pages in a browser: formulas have a size, nothing is too wide, links and lights work."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from symrnn.targets import LANGUAGES

api = pytest.importorskip("playwright.sync_api", reason="needs Playwright: pip install playwright")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs chromium: apt install chromium")

NIGHTLY = ("bidirectional_rnn", "mlstm") if os.environ.get("SYMRNN_EXHAUSTIVE") else ()
NAMES = ("index", "guide", "lstm", *NIGHTLY)
WIDTHS = (360, 1440)
PAGES = pytest.mark.parametrize("name", NAMES)
EACH = pytest.mark.parametrize("code", LANGUAGES)

SMALL = """() => [...document.querySelectorAll("math")].filter(one => {
  const box = one.getBoundingClientRect();
  return box.width <= 0 || box.height <= 0;
}).length"""
OPEN = "() => document.querySelectorAll('details').forEach(one => { one.open = true; })"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield launched
        launched.close()


class Opened:
    """A page in a window of some width; what it complains of, and what it asks a network for."""

    def __init__(self, browser: Any, path: Path, width: int = 1440, **options: Any) -> None:
        self.context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda one: self.complaints.append(one.text))
        self.page.on("pageerror", lambda one: self.complaints.append(str(one)))
        self.page.on("request", lambda one: self.requests.append(one.url))
        self.page.goto(path.as_uri())

    def lit(self, selector: str) -> list[str]:
        found: list[str] = self.page.eval_on_selector_all(
            f"{selector}.lit", "all => all.map(one => one.textContent.trim())")
        return found


@pytest.fixture
def opened(browser: Any, folder: Path) -> Iterator[Any]:
    made: list[Opened] = []

    def opens(name: str, code: str = "en", width: int = 1440, **options: Any) -> Opened:
        made.append(Opened(browser, folder / code / f"{name}.html", width, **options))
        return made[-1]

    yield opens
    for one in made:
        one.context.close()


@EACH
@PAGES
@pytest.mark.parametrize("width", WIDTHS)
def test_formulas_have_a_size_and_nothing_is_too_wide(opened: Any, name: str, code: str,
                                                      width: int) -> None:
    one = opened(name, code, width)
    for prepare in ("() => null", OPEN):
        one.page.evaluate(prepare)
        wide = one.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{wide} wide"
    assert one.page.locator("math").count() > 5
    assert one.page.evaluate(SMALL) == 0
    assert not one.complaints
    assert all(url.startswith("file:") for url in one.requests) and len(one.requests) >= 3


def test_formulas_are_set_in_the_font_of_the_site(opened: Any) -> None:
    one = opened("lstm")
    assert one.page.evaluate("async () => { await document.fonts.ready; return "
                             "[...document.fonts].map(each => each.family + each.status); }"
                             ) == ["Symrnn Mathloaded"]
    family = "getComputedStyle(document.querySelector('math')).fontFamily"
    assert one.page.evaluate(family).startswith('"Symrnn Math"')


@PAGES
def test_pages_stand_without_a_script(opened: Any, name: str) -> None:
    one = opened(name, java_script_enabled=False)
    assert one.page.locator("math").count() > 5
    assert not one.page.locator("button:visible, input:visible").count()


def test_an_equation_lights_its_lines_and_a_line_its_equation(opened: Any) -> None:
    one = opened("lstm")
    one.page.locator("#lines-7 .formula").hover()
    assert [text.split("\n")[1].strip() for text in one.lit("#numpy-forward .code span")] == [
        "c[t] = g * i + c_prev * f"]
    links = one.page.locator("#lines-7 .places a").all_text_contents()
    assert links == ["NumPy forward", "C forward", "C step"]
    one.page.mouse.move(0, 0)
    assert not one.lit(".code span")
    one.page.locator("#numpy-forward .code span[data-equation='9']").first.hover()
    assert [text.split(")")[0] for text in one.lit(".side li")] == ["(9"]
    assert one.page.locator("#equation-9.lit").count() == 1


def test_the_list_beside_the_code_shows_whole_equations(opened: Any) -> None:
    one = opened("lstm")
    assert one.page.locator("#lines-7 math").text_content() == \
        one.page.locator("#equation-7 .formula math").text_content()


def test_a_symbol_lights_its_row_and_shows_its_meaning(opened: Any) -> None:
    one = opened("lstm")
    one.page.locator("#equation-7 [data-symbol=f]").first.hover()
    assert len(one.lit("tr[data-names]")) == 1
    assert one.page.locator("#symbol-f.lit").count() == 1
    assert "forget gate: 1 keeps the memory" in one.page.locator(".card").inner_text()
    one.page.keyboard.press("Escape")
    assert not one.page.locator(".card:visible").count()


def test_a_link_into_what_is_folded_opens_it(opened: Any) -> None:
    one = opened("lstm")
    assert not one.page.locator("#portable-backward").get_attribute("open")
    one.page.evaluate("location.hash = '#portable-backward-20'")
    one.page.wait_for_function("document.querySelector('#portable-backward').open")
    box = one.page.locator("#portable-backward-20").bounding_box()
    assert box and 0 < box["y"] < 900


def test_the_derivation_opens_and_closes(opened: Any) -> None:
    one = opened("lstm")
    one.page.locator("[data-open]").click()
    assert one.page.locator("details.derived:not([open])").count() == 0
    steps = one.page.locator("#equation-14 .steps tbody tr")
    assert [steps.nth(place).locator("a").count() for place in range(2)] == [1, 0]
    one.page.locator("[data-close]").click()
    assert one.page.locator("details.derived[open]").count() == 0


def test_the_list_is_searched_filtered_and_sorted(opened: Any) -> None:
    one = opened("index")
    rows = one.page.locator("table.cells tbody tr:visible")
    everything = rows.count()
    one.page.locator("input[name=words]").fill("short coupled")
    assert rows.count() == 2
    assert one.page.locator("output").inner_text() == "2 shown"
    one.page.locator("input[name=words]").fill("")
    one.page.locator("select[name=states]").select_option("1")
    assert 0 < rows.count() < everything
    one.page.locator("select[name=states]").select_option("")
    one.page.locator("th button", has_text="Year").click()
    years = [int(year) for year in
             one.page.locator("table.cells tbody td:nth-child(3)").all_inner_texts()]
    assert years == sorted(years)


def test_the_other_language_is_one_link_away(opened: Any) -> None:
    one = opened("lstm")
    one.page.locator("header nav a").click()
    one.page.wait_for_url("**/zh-TW/lstm.html")
    assert one.page.locator("html").get_attribute("lang") == "zh-TW"
    assert "記憶單元" in one.page.locator("table.symbols").inner_text()


@PAGES
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_no_serious_finding_of_accessibility(opened: Any, name: str, scheme: str,
                                             width: int) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright",
                              reason="needs axe-playwright-python").Axe()
    one = opened(name, width=width, color_scheme=scheme)
    one.page.evaluate(OPEN)
    found = [(each["id"], each["nodes"][0]["html"][:200])
             for each in axe.run(one.page).response["violations"]
             if each["impact"] in ("serious", "critical")]
    assert not found
