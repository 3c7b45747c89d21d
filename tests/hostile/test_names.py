"""Names of a program become identifiers: all different, none reserved, the same every time."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from symrnn.backends.c_words import RESERVED
from symrnn.fuzzing.names import HOSTILE
from symrnn.loops import Names
from symrnn.program.naming import is_name

NAMES = st.lists(st.one_of(
    st.sampled_from(HOSTILE), st.sampled_from(sorted(RESERVED)),
    st.from_regex(r"[a-cA-C][a-b_0-2]{0,5}", fullmatch=True),
    st.sampled_from(("size_n", "n", "n_2", "size_n_2", "tape_c", "c", "c_2", "a_", "a__", "A_"))),
    unique=True, max_size=12)


@given(NAMES, NAMES, st.lists(st.sampled_from(("tape_", "h_", "size_", "")), max_size=3))
@settings(deadline=None)
def test_identifiers_are_fresh(variables: list[str], sizes: list[str], before: list[str]) -> None:
    program: Any = SimpleNamespace(variables=[SimpleNamespace(name=one) for one in variables],
                                   sizes=[SimpleNamespace(name=one) for one in sizes])
    names = Names([program], RESERVED)
    found = [*(names[one] for one in variables), *(names.size(one) for one in sizes),
             *(names.beside(one, front, "_") for one in variables for front in set(before))]
    assert len(set(found)) == len(found) and not set(found) & {*RESERVED}
    assert all(one.isidentifier() and one.isascii() for one in found)
    assert all(names[one] == again for one, again in zip(variables, found, strict=False))


@given(st.text())
@settings(deadline=None)
def test_what_is_a_name_is_an_identifier_everywhere(text: str) -> None:
    assert not is_name(text) or (text.isidentifier() and text.isascii() and text[0] != "_")
