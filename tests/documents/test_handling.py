"""How pages are handled: by keyboard, on a phone, on paper, and with numbers that are none."""

from __future__ import annotations

import os
from itertools import pairwise
from typing import Any

import pytest

from tests.documents.test_browser import OPEN, Opened, browser, moved, opened, pytestmark

__all__ = ["browser", "opened", "pytestmark"]
EXHAUSTIVE = os.environ.get("SYMRNN_EXHAUSTIVE")
NIGHTLY = ("elman", "mlstm", "deep_bidirectional_lstm") if EXHAUSTIVE else ()
PAGES = pytest.mark.parametrize("name", ["lstm", *NIGHTLY])
STOPS = 100  # of the Tab key on a page, at most: contents, lists and folded parts
A4 = 680  # pixels between the margins

FOCUS = """() => {
  const one = document.activeElement, row = one.closest("[id]");
  return [row ? row.id : "", one.dataset.symbol || ""];
}"""
STOPPED = """() => [...document.querySelectorAll(
  "a[href], button, input, select, summary, [tabindex]")].filter(
  one => one.tabIndex >= 0 && one.checkVisibility()).length"""
LATE = """() => document.querySelectorAll("a[href], summary, input").length"""
CUT = """() => [...document.querySelectorAll("math")].filter(one => {
  if (!one.checkVisibility()) return false;
  const own = one.getBoundingClientRect();
  for (let box = one.parentElement; box; box = box.parentElement) {
    if (getComputedStyle(box).overflowY !== "hidden") continue;
    const around = box.getBoundingClientRect();
    if (own.top < around.top - 1 || own.bottom > around.bottom + 1) return true;
    if (own.left < around.left - 1 && !box.scrollLeft) return true;
  }
  return false;
}).length"""
COVERED = """() => [...document.querySelectorAll(".equation:has(.number)")].filter(one => {
  const number = one.querySelector(".number").getBoundingClientRect();
  const math = one.querySelector(".formula math").getBoundingClientRect();
  return number.width && math.right > number.left && math.left < number.right;
}).map(one => one.id)"""
OFF_PAPER = """width => [...document.querySelectorAll("math, svg, code span")].filter(
  one => one.checkVisibility() && one.getBoundingClientRect().right > width + 1).length"""
SHIFTS = """() => new Promise(done => {
  let sum = 0;
  new PerformanceObserver(list => list.getEntries().forEach(one => { sum += one.value; }))
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(sum), 200);
})"""
BEHIND = """() => {
  let bad = 0;
  const all = [...document.querySelectorAll("p math, li math")].filter(
    one => one.checkVisibility());
  for (let width = 180; width < 420; width += 3) {
    document.querySelector("main").style.width = `${width}px`;
    for (const one of all) {
      const after = one.nextSibling;
      if (!after || after.nodeType !== 3 || !/^[。，、；]/.test(after.data)) continue;
      const range = document.createRange();
      range.setStart(after, 0);
      range.setEnd(after, 1);
      bad += range.getBoundingClientRect().left < one.getBoundingClientRect().left;
    }
  }
  return bad;
}"""
LABELS = """() => [...document.querySelectorAll(".flow-plot .ending")].map((one, place) => {
  const points = document.querySelectorAll(".flow-plot .travel")[place].getAttribute("points");
  const end = Number(points.trim().split(" ").pop().split(",")[1]);
  return [Number(one.getAttribute("transform").split(/[ (),]+/)[2]), end];
})"""


def pressed(one: Opened, *keys: str) -> list[str]:
    """Where the focus is after some keys: the nearest element with a name, and a symbol."""
    for key in keys:
        one.page.keyboard.press(key)
    found: list[str] = one.page.evaluate(FOCUS)
    return found


@PAGES
def test_the_keyboard_passes_a_page_in_few_stops(opened: Any, name: str) -> None:
    one = opened(name)
    assert one.page.evaluate(STOPPED) < STOPS < one.page.evaluate(LATE)


def test_tab_enters_a_list_once_and_leaves_it(opened: Any) -> None:
    one = opened("lstm")
    one.page.locator("#equation-1").focus()
    assert pressed(one, *["ArrowDown"] * 3) == ["equation-4", ""]
    below = pressed(one, "Tab")
    assert not below[0].startswith("equation-1")
    assert pressed(one, "Shift+Tab") == ["equation-4", ""]  # where the reader was


def test_arrows_lead_to_every_symbol_of_an_equation(opened: Any) -> None:
    one = opened("lstm")
    one.page.locator("#equation-1").focus()
    assert pressed(one, *["ArrowDown"] * 6) == ["equation-7", ""]
    symbols = [pressed(one, "ArrowRight")[1] for _ in range(5)]
    assert symbols == one.page.locator("#equation-7 .formula [data-symbol]").evaluate_all(
        "all => all.map(one => one.dataset.symbol)")
    card = one.page.locator(".card")
    assert "forget gate: 1 keeps the memory" in card.inner_text()
    assert one.page.locator("[aria-describedby=card]").count() == 1
    assert one.page.locator("#symbol-f.lit").count() == 1
    one.page.keyboard.press("Escape")
    assert card.is_hidden()
    assert pressed(one, "ArrowLeft")[1] == symbols[-2]
    assert pressed(one, "End") == ["equation-10", ""]


def test_a_derivation_opens_by_key_and_is_read_by_arrows(opened: Any) -> None:
    one = opened("lstm")
    one.page.locator("#equation-13 > summary").focus()
    assert pressed(one, "ArrowDown", "Enter") == ["equation-14", ""]
    assert one.page.locator("#equation-14").get_attribute("open") is not None
    pressed(one, "ArrowDown")
    focus = one.page.locator(":focus")
    assert focus.evaluate("one => one.localName") == "tr"
    assert one.lit("#equation-10")  # the equation that the row comes from
    assert pressed(one, "ArrowRight")[1]
    assert pressed(one, "ArrowDown", "ArrowDown") == ["equation-15", ""]


def test_arrows_lead_over_fields_and_leave_their_numbers(opened: Any) -> None:
    one = opened("lstm")
    fields = one.page.locator('[data-kernel="lstm"] [data-array="parameters W_i"] input')
    before = [field.input_value() for field in fields.all()]
    fields.nth(0).focus()
    pressed(one, "ArrowDown", "ArrowDown")
    assert fields.nth(2).evaluate("one => one === document.activeElement")
    assert [field.input_value() for field in fields.all()] == before


def test_a_size_keeps_what_was_typed_and_says_its_limits(opened: Any) -> None:
    one = opened("lstm")
    field, said = one.page.locator("#size-n"), one.page.locator("#limit-n")
    assert said.inner_text() == ""
    for typed in ("0", "-3", "2.5", "1000001", ""):
        field.fill(typed)
        assert field.input_value() == typed
        assert said.inner_text() == "A whole number from 1 to 1,000,000."
        assert field.get_attribute("aria-invalid") == "true"
        assert not "".join(one.page.locator("[data-cost] output").all_inner_texts())
        field.fill("16")
        assert said.inner_text() == "" and field.get_attribute("aria-invalid") == "false"
        assert one.page.locator('[data-cost="parameters 0"] output').inner_text() == "= 6,272"
    for name in ("n", "m", "T", "B"):
        one.page.locator(f"#size-{name}").fill("1000000")
    shown = one.page.locator('[data-cost="sequence 0"] output').inner_text()
    assert shown == "= 8.000\u202f×\u202f10²⁴"


def test_a_field_without_a_number_says_what_counts(opened: Any) -> None:
    one = opened("lstm")
    row = one.page.locator('[data-kernel="lstm"] [data-array="inputs x"]').first
    field, shown = row.locator("input").first, one.page.locator('[data-array="values h"] samp')
    number, before = field.input_value(), shown.all_inner_texts()
    field.fill("")
    assert field.input_value() == "" and shown.all_inner_texts() == before
    assert row.locator(".limit").inner_text() == \
        f"No number: {number.replace('-', chr(0x2212))} still counts."
    one.page.locator('[data-kernel="lstm"] [data-reset]').click()
    assert field.input_value() == number and row.locator(".limit").inner_text() == ""


def test_lines_are_told_apart_at_every_width(opened: Any) -> None:
    narrow, wide = opened("lstm", width=360), opened("lstm")
    keys = narrow.page.locator(".keys li")
    assert [text.strip() for text in keys.all_inner_texts()] == ["lstm: h", "lstm: c", "elman: h"]
    for key in keys.all():
        box = key.bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= 360
    assert narrow.page.locator(".ending:visible").count() == 0
    assert wide.page.locator(".keys:visible").count() == 0
    for scale in ("1", "0.5", "3"):
        moved(wide, scale=scale)
        places = wide.page.evaluate(LABELS)
        heights = sorted(height for height, _ in places)
        assert all(below - above > 17.9 for above, below in pairwise(heights))
        assert any(abs(height - end) < 0.1 for height, end in places) or scale != "1"


@pytest.mark.parametrize("width", [360, 768, 1440])
@pytest.mark.parametrize("name", ["lru", *NIGHTLY])
def test_no_formula_is_cut(opened: Any, name: str, width: int) -> None:
    one = opened(name, width=width)
    one.page.evaluate(OPEN)
    assert one.page.evaluate(CUT) == 0
    assert one.page.evaluate(COVERED) == []


def test_pictures_on_a_phone_move_in_their_box_at_a_size_to_read(opened: Any) -> None:
    one = opened("deep_bidirectional_lstm", width=360)
    for picture in one.page.locator(".picture").all():
        shown, whole, inside, around = picture.evaluate(
            "one => [one.firstElementChild.getBoundingClientRect().width, "
            "one.firstElementChild.viewBox.baseVal.width, one.scrollWidth, one.clientWidth]")
        assert shown >= 0.65 * whole and inside > around


def test_no_line_begins_with_what_ends_a_sentence(opened: Any) -> None:
    assert opened("lstm", "zh-TW").page.evaluate(BEHIND) == 0


@PAGES
def test_paper_has_all_that_is_folded_and_cuts_nothing(opened: Any, name: str) -> None:
    one = opened(name, width=A4)
    one.page.emulate_media(media="print")
    rows = one.page.locator(".derived tbody tr")
    assert rows.count() > 3
    assert rows.evaluate_all("all => all.every(one => one.getBoundingClientRect().height > 0)")
    assert one.page.evaluate(OFF_PAPER, A4) == 0
    assert not one.page.locator("button:visible, .scripted:visible").count()


def test_without_a_script_nothing_speaks_of_one(opened: Any) -> None:
    plain, live = opened("lstm", java_script_enabled=False), opened("lstm")
    for one, shown in ((plain, False), (live, True)):
        assert bool(one.page.locator(".scripted:visible").count()) is shown
        assert bool(one.page.locator(".unscripted:visible").count()) is not shown


def test_no_sentence_speaks_of_numbers_in_a_margin_that_is_not_there(opened: Any) -> None:
    margin, filed = ("#code ~ .printed", "#code ~ noscript")
    for scripts, shown in ((False, [0, 1]), (True, [1, 0])):
        one = opened("lstm", java_script_enabled=scripts)
        one.page.emulate_media(media="print")
        assert [one.page.locator(f"{each}:visible").count() for each in (margin, filed)] == shown


@PAGES
@pytest.mark.parametrize("width", [360, 1440])
def test_nothing_moves_while_a_page_loads(opened: Any, name: str, width: int) -> None:
    assert opened(name, width=width).page.evaluate(SHIFTS) < 0.01


def test_the_contents_show_where_the_reader_is(opened: Any) -> None:
    one = opened("lstm", width=360)
    one.page.locator("#costs").scroll_into_view_if_needed()
    one.page.evaluate("document.getElementById('costs').scrollIntoView()")
    here = one.page.locator(".contents [aria-current]")
    here.and_(one.page.locator("[href='#costs']")).wait_for()
    box = here.bounding_box()
    assert box and box["x"] >= 0 and box["x"] + box["width"] <= 360 and box["y"] < 60
