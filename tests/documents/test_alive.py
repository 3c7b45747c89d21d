"""Numbers in a page: what a reader changes is computed again, and equals Python's numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symrnn
from symrnn.costs import costs
from symrnn.documents.cost_table import FIRST, SIZE
from symrnn.documents.example import worked_example
from symrnn.documents.numbers import computed
from symrnn.pipeline import derive
from symrnn.program import SizeSymbol
from tests.documents.test_browser import Opened, browser, opened, pytestmark

__all__ = ["browser", "opened", "pytestmark"]
TEXTS = "all => all.map(one => one.textContent)"
SHOWN = "[data-array] samp, [data-now] samp"
FIELD = '[data-kernel="{kernel}"] [data-array="{array}"] input'


def fields(one: Opened, kernel: str, array: str) -> Any:
    return one.page.locator(FIELD.format(kernel=kernel, array=array))


def cell(one: Opened, kernel: str, array: str, place: int) -> list[float]:
    """The numbers of one array at one step, as they are shown."""
    row = one.page.locator(f'[data-kernel="{kernel}"] [data-array="{array}"]').first
    return numbers(row.locator("td, dd").nth(place).inner_text())


def numbers(text: str) -> list[float]:
    """Numbers as pages print them: ``−0.5``, ``4.540 × 10⁻⁵``."""
    plain = text.translate(str.maketrans("\u2212⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "--0123456789"))
    return [float(one) for one in plain.replace("\u202f×\u202f10", "e").split()]


@pytest.mark.parametrize("name", ["lstm", "elman", "bidirectional_rnn"])
def test_what_the_page_computes_is_what_it_shows(opened: Any, name: str) -> None:
    one = opened(name)
    before = one.page.eval_on_selector_all(SHOWN, TEXTS)
    for button in one.page.locator("[data-reset]").all():
        button.click()
    assert one.page.eval_on_selector_all(SHOWN, TEXTS) == before
    assert len(before) > 20 and not one.complaints


def test_a_changed_number_changes_all_that_follows_as_in_python(opened: Any) -> None:
    one = opened("lstm")
    fields(one, "lstm", "inputs x").nth(1).fill("2.5")
    fields(one, "lstm", "parameters b_f").nth(0).fill("-3")
    worked = worked_example(derive(symrnn.cell("lstm")), "lstm")
    values = {**worked.case.values}
    values["x"], values["b_f"] = values["x"].copy(), values["b_f"].copy()
    values["x"][0, 0, 1], values["b_f"][0] = 2.5, -3
    kernel = symrnn.compile(symrnn.lstm(), "numpy", "float64")
    case = type(worked.case)(worked.case.plan, worked.case.sizes, values)
    run = kernel.forward(case.parameters, case.inputs, case.initial)
    gradients = kernel.backward(run, case.y_bar, case.final_bar)
    for place in range(3):
        wanted = computed((tuple(run.outputs["h"][place, 0].tolist()),))
        shown = one.page.locator('[data-array="values h"]').first.locator("td").nth(place)
        assert shown.inner_text().split() == wanted[0].split()
    assert np.allclose(cell(one, "lstm", "gradients W_i_bar", 0), gradients["W_i"].ravel(),
                       atol=6e-5)
    assert not one.complaints


def test_a_slider_moves_over_the_steps_of_the_derivation(opened: Any) -> None:
    one = opened("lstm")
    one.page.locator("[data-open]").click()
    term = one.page.locator("#equation-14 [data-now]")
    for step in (1, 3):
        for slider in range(2):
            one.page.locator('[data-kernel="lstm"] .stepper input').nth(slider).fill(str(step))
            total = [sum(pair) for pair in zip(
                *map(numbers, term.locator("samp").all_inner_texts()), strict=True)]
            assert np.allclose(total, cell(one, "lstm", "gradients c_bar", step - 1), atol=2e-4)
            assert one.page.locator("#equation-14 th output").inner_text() == f"t = {step}"
            marked = one.page.locator('[data-kernel="lstm"] [data-array="values c"] td.now')
            assert numbers(marked.inner_text()) == cell(one, "lstm", "values c", step - 1)


def test_order_matters_in_the_example_of_the_lecture(opened: Any) -> None:
    one = opened("elman")
    rows = [cell(one, "elman_lecture", "values y", step) for step in range(3)]
    assert rows == [[4, 4], [12, 12], [32, 32]]
    section = one.page.locator('section[data-kernel="elman_lecture"]')
    for step in (2, 1):
        section.locator(".stepper input").fill(str(step))
        section.locator("[data-swap]").click()
    rows = [cell(one, "elman_lecture", "values y", step) for step in range(3)]
    assert rows == [[8, 8], [20, 20], [44, 44]]
    section.locator("[data-reset]").click()
    assert cell(one, "elman_lecture", "values y", 2) == [32, 32]


def test_the_memory_cell_of_the_lecture_hands_out_seven(opened: Any) -> None:
    one = opened("lstm")
    shown = [cell(one, "lstm_lecture", "values h", step)[0] for step in range(5)]
    assert np.allclose(shown, [0, 0, 0, 7, 0], atol=2e-3)


def test_costs_follow_the_sizes(opened: Any) -> None:
    one, found = opened("lstm"), costs(derive(symrnn.cell("lstm")))

    def wanted(formula: Any, **sizes: int) -> int:
        every = {"n": SIZE, "m": SIZE, **FIRST, **sizes}
        return int(formula.xreplace({SizeSymbol(name): value for name, value in every.items()}))

    def shown(what: str, side: int = 0) -> int:
        text = one.page.locator(f'[data-cost="{what} {side}"] output').inner_text()
        return int(text.replace(",", "").removeprefix("= "))

    for sizes in ({}, {"n": 5, "m": 7, "T": 11, "B": 13}):
        for name, value in sizes.items():
            one.page.locator(f".sizes input[name={name}]").fill(str(value))
        assert shown("products", 1) == wanted(found.backward.each_step().products, **sizes)
        assert shown("sequence") == wanted(found.forward.products, **sizes)
        assert shown("saved") == wanted(found.saved, **sizes)
        assert shown("parameters") == wanted(found.parameters, **sizes)
    assert f"{4 * wanted(found.parameters, **sizes):,}" in one.page.locator(".bytes").inner_text()


def test_numbers_stand_without_a_script(opened: Any, folder: Path) -> None:
    plain, live = opened("lstm", java_script_enabled=False), opened("lstm")
    for selector in ('[data-array="values h"]', "#equation-14 [data-now]"):
        assert plain.page.locator(selector).all_text_contents() == \
            live.page.locator(selector).all_text_contents()
    assert not plain.page.locator(".stepper:visible, .live:visible, .sizes:visible").count()
