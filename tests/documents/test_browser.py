"""Pages in a browser: formulas have a size, nothing is too wide, links and lights work."""

from __future__ import annotations

import dataclasses
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import symrnn
from symrnn.cells import architectures
from symrnn.documents.flow import LAGS, page_start
from symrnn.documents.highlight import highlighted
from symrnn.documents.page import Code, CodeLine
from symrnn.documents.shared import shared
from symrnn.documents.site import site
from symrnn.jacobians.measure import along_run, lags_shown
from symrnn.jacobians.paths import recurrent_weights
from symrnn.jacobians.steps import Steps, along
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


def test_without_a_script_code_is_one_link_away(opened: Any, folder: Path) -> None:
    one = opened("lstm", java_script_enabled=False)
    link = one.page.locator("#numpy-forward code.shown a")
    assert link.is_visible()
    link.click()
    one.page.wait_for_url((folder / "shared" / "lstm.js").as_uri())
    assert "\n        c[t] = g * i + c_prev * f" in one.page.locator("body").inner_text()


def code_of_lstm() -> tuple[Code, ...]:
    chosen = [one for one in architectures() if one.name == "lstm"]
    return site(chosen).page("lstm").code


def test_code_stands_as_it_was_generated_and_is_coloured_as_a_lexer_says(opened: Any) -> None:
    one = opened("lstm")
    for code in code_of_lstm():
        shown = one.page.locator(f"#{code.anchor} code.shown > span")
        lines = shown.evaluate_all("all => all.map(one => [...one.childNodes].filter(each => "
                                   "each.nodeName !== 'A').map(each => each.textContent).join(''))")
        assert "\n".join(lines) == "\n".join(line.text for line in code.lines)
        begins = one.page.locator(f"#{code.anchor} code.shown a").all_text_contents()
        assert begins == [f"({row.label})" for line in code.lines for row in line.begins]
        pieces = [each for line in highlighted(code.language, lines_of(code)) for each in line]
        for kind, element in {"c": "i", "k": "b", "s": "u"}.items():
            texts = one.page.locator(f"#{code.anchor} code.shown {element}").all_text_contents()
            wanted = [each.text for each in pieces if each.kind == kind]
            assert unspaced(texts) == unspaced(wanted), (code.anchor, kind)


def unspaced(texts: list[str]) -> str:
    return "".join("".join(texts).split())


def lines_of(code: Code) -> list[str]:
    return [one.text for one in code.lines]


def test_code_is_text_whatever_stands_in_it(opened: Any) -> None:
    """What ends a text of a script, or begins a formula in it, is written as it is."""
    nasty = ["`${alert(1)}` \\n \\", "</script><!--", "' \" \u2028 é"]
    lines = tuple(CodeLine(text, (), ()) for text in nasty)
    chosen = [one for one in architectures() if one.name == "elman"]
    page = dataclasses.replace(site(chosen).page("elman"), code=(
        Code("numpy-forward", "numpy", "forward", "elman.py", lines),))
    (text,) = shared(page, {}).values()
    one = opened("index")
    (listing,) = one.page.evaluate(f"() => {{ {text}\nreturn globalThis.symrnnShared.code; }}")
    assert listing["blocks"] == [["", "", "\n" + "\n".join(nasty)]]


def test_an_equation_lights_its_lines_and_a_line_its_equation(opened: Any) -> None:
    one = opened("lstm")
    one.page.locator("#lines-7 .formula").hover()
    assert [text.split("\n")[1].strip() for text in one.lit("#numpy-forward .code span")] == [
        "c[t] = g * i + c_prev * f"]
    links = one.page.locator("#lines-7 .places a").all_text_contents()
    assert links == ["NumPy forward", "C forward", "C step"]
    derived = one.page.locator("#equation-14 .to-lines a").all_text_contents()
    assert derived == ["NumPy backward", "C backward"]
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


def test_symbols_of_all_forms_have_their_row(opened: Any) -> None:
    """Before and after, with a bar, transposed; an index that looks like another one has none."""
    one = opened("lstm")
    marked = "all => all.map(one => [one.dataset.symbol, one.textContent])"
    forward = one.page.eval_on_selector_all("#equation-2 .formula [data-symbol]", marked)
    assert forward == [["z_i", "zi,t"], ["W_i", "Wi"], ["x", "xt"], ["U_i", "Ui"],
                       ["h", "ht−1"], ["b_i", "bi"]]
    derived = one.page.eval_on_selector_all("#equation-21 .formula [data-symbol]", marked)
    assert {row for row, _ in derived} == {"h", "z", "z_i", "z_f", "z_o", "U_g", "U_i", "U_f",
                                           "U_o"}
    assert not one.page.locator("[data-symbol] [data-symbol]").count()


def test_a_link_into_what_is_folded_opens_it(opened: Any) -> None:
    one = opened("lstm")
    assert not one.page.locator("#portable-backward").get_attribute("open")
    one.page.evaluate("location.hash = '#portable-backward-20'")
    one.page.wait_for_function("document.querySelector('#portable-backward').open")
    box = one.page.locator("#portable-backward-20").bounding_box()
    assert box and 0 < box["y"] < 900


@pytest.mark.parametrize("line", ["portable-backward-34", "numpy-backward-14",
                                  "portable-backward-11"])
def test_a_link_to_a_line_shows_it_wherever_the_mouse_rests(opened: Any, line: str) -> None:
    """The page moves under the mouse, which is then over other equations: they stay dark."""
    one = opened("lstm", width=1300)
    one.page.locator("[data-open]").click()
    one.page.locator(f'.to-lines a[href="#{line}"]').click()
    for _ in range(3):  # the browser tells of the mouse once it has drawn the page
        one.page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done, "
                          "100)))")
    shown, around = (one.page.locator(f"#{line}").evaluate(
        f"one => {{ const box = {of}.getBoundingClientRect(); return [box.top, box.bottom]; }}")
        for of in ("one", "one.closest('pre')"))
    assert around[0] <= shown[0] and shown[1] <= around[1]
    assert 0 < shown[0] < 900


def test_the_derivation_opens_and_closes(opened: Any) -> None:
    one = opened("lstm")
    one.page.locator("[data-open]").click()
    assert one.page.locator("details.derived:not([open])").count() == 0
    steps = one.page.locator("#equation-14 tbody tr")
    assert [steps.nth(place).locator("a").count() for place in range(2)] == [1, 0]
    one.page.locator("[data-close]").click()
    assert one.page.locator("details.derived[open]").count() == 0


def test_what_a_variant_lacks_is_shown_without_scripts_too(opened: Any) -> None:
    one = opened("lstm", java_script_enabled=False)
    one.page.evaluate(OPEN)
    shown = one.page.locator(".only.here")
    assert shown.count() > 3
    for each in shown.all():
        equation = one.page.locator(each.locator("a").get_attribute("href"))
        assert (each.locator("math").text_content()
                == equation.locator("math").first.text_content())
        assert each.locator("math").bounding_box()["height"] > 8
    assert not one.complaints


@EACH
def test_on_a_phone_a_row_of_the_list_is_a_block_that_can_still_be_sorted(opened: Any,
                                                                          code: str) -> None:
    one = opened("index", code, 360)
    assert one.page.eval_on_selector(".scroll", "one => one.scrollWidth <= one.clientWidth")
    labels = one.page.eval_on_selector_all("table.cells tbody tr:first-child td", """
        all => all.map(one => getComputedStyle(one, '::before').content.split('"')[1].trim())""")
    heads = one.page.locator("table.cells thead button")
    assert labels == heads.all_inner_texts()[1:] and all(labels)
    heads.nth(2).click()
    years = one.page.locator("tbody tr td:nth-child(3)").all_inner_texts()
    assert years == sorted(years) and heads.nth(2).is_visible()
    one.page.fill("input[type=search]", "lstm")
    assert 0 < one.page.locator("tbody tr:visible").count() < len(years)


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


def told(one: Any) -> list[list[float]]:
    """The powers of ten in the table of norms, by lag, each with its text."""
    rows: list[list[float]] = one.page.eval_on_selector_all(
        "table.norms tbody tr", "all => all.map(row => [...row.cells].slice(1).map("
        "cell => cell.dataset.power === undefined ? null : +cell.dataset.power))")
    return rows


def moved(one: Any, **values: str) -> None:
    """Move sliders and choose; wait until the curves have followed."""
    line = one.page.locator(".travel").first
    for name, value in values.items():
        field = one.page.locator(f".knobs [name={name}]")
        field.evaluate("(field, value) => { field.value = value; field.dispatchEvent("
                       "new Event('input', { bubbles: true })); }", value)
        one.page.evaluate("() => new Promise(done => requestAnimationFrame(() => "
                          "requestAnimationFrame(done)))")
    assert line.get_attribute("points")


def in_python(name: str, scale: float, bias: str, shift: float) -> list[list[float]]:
    """What the page must show, measured by the NumPy kernel; Elman's weights are scaled too."""
    columns = []
    for each in (name, "elman"):
        start = page_start(along(symrnn.cell(each)))
        factors = dict.fromkeys(recurrent_weights(start.program), scale)
        changed = {one: factors.get(one, 1.0) * array + shift * (each == name and one == bias)
                   for one, array in start.parameters.items()}
        travel = along_run(each, Steps(dataclasses.replace(start, parameters=changed)))
        columns += [list(travel.norms[state, state]) for state in travel.states]
    return [[column[lag] for column in columns] for lag in lags_shown(LAGS)]


@pytest.mark.parametrize("name, bias", [("lstm", "b_f"), ("gru", "b_z"), ("mlstm", "b_k")])
def test_sliders_measure_what_python_measures(opened: Any, name: str, bias: str) -> None:
    one = opened(name)
    assert not one.page.locator("form.knobs").is_hidden()
    texts = one.page.locator("table.norms").text_content()
    points = one.page.locator(".travel").first.get_attribute("points")
    for scale, shift in ((1.0, 0.0), (1.5, 0.0), (1.5, 2.0)):
        moved(one, **{"scale": str(scale)} if one.page.locator("[name=scale]").count() else {},
              bias=bias, shift=str(shift))
        own = scale if one.page.locator("[name=scale]").count() else 1.0
        wanted = in_python(name, own, bias, shift)
        for row, powers in zip(told(one), wanted, strict=True):
            assert row == pytest.approx(powers, abs=4e-10)  # norms equal to 1e-9
        if (own, shift) == (1.0, 0.0):  # the script says what stood there before
            assert one.page.locator("table.norms").text_content() == texts
    assert one.page.locator(".travel").first.get_attribute("points") != points
    assert not one.complaints


def test_one_weight_alone_is_scaled_and_all_goes_back(opened: Any) -> None:
    one = opened("lstm")
    moved(one, scale="1")
    first = told(one)
    moved(one, weight="U_g", scale="3")
    changed = told(one)
    assert [row[-1] for row in changed] == [row[-1] for row in first]  # Elman has no U_g
    assert [row[:2] for row in changed] != [row[:2] for row in first]
    one.page.locator(".knobs [type=reset]").click()
    one.page.wait_for_function("document.querySelector('[name=scale-told]').value === '× 1'")
    moved(one, scale="1")
    assert told(one) == first


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
