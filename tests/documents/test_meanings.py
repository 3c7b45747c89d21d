"""What symbols mean, as tables of pages tell it: words, and not twice the same."""

from __future__ import annotations

import re

import pytest

from symrnn.cells import architectures
from symrnn.documents.texts import catalogue
from symrnn.program import Program, Role
from symrnn.targets import LANGUAGES

FORMULA = re.compile(r"[\^=*+<>\\]|\w\(|\d/| - ")
ROLES = (Role.INPUT, Role.MASK, Role.STATE, Role.INTERMEDIATE, Role.OUTPUT, Role.PARAMETER)


def rows(program: Program) -> dict[str, str]:
    """What stands in the table of symbols of a page, by name."""
    return {one.name: one.meaning for one in program.with_role(*ROLES)
            if one.stands_for is None and program.delay_of(one.name) is None}


@pytest.fixture(scope="module", name="tables")
def _tables() -> dict[str, dict[str, str]]:
    return {one.name: rows(one.build()) for one in architectures()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_meaning_holds_a_formula_typed_in_letters(
        tables: dict[str, dict[str, str]], language: str) -> None:
    said = catalogue(language).said
    assert FORMULA.search("modulus of lambda, exp(-exp(nu))") and FORMULA.search("1 - a^2")
    assert [(name, meaning) for name, table in tables.items() for meaning in table.values()
            if FORMULA.search(said(meaning) or "")] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_values_mean_the_same(
        tables: dict[str, dict[str, str]], language: str) -> None:
    """Weights of one thing may share what they are for: their symbols and shapes tell more."""
    said, found = catalogue(language).said, []
    for name, table in tables.items():
        by_meaning: dict[str, list[str]] = {}
        for symbol, meaning in table.items():
            by_meaning.setdefault(said(meaning) or "", []).append(symbol)
        found += [(name, meaning, symbols) for meaning, symbols in by_meaning.items()
                  if len(symbols) > 1 and "weights" not in table[symbols[0]]]
    assert found == []
