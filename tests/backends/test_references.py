"""References in a document: printed from the fields of BibTeX, safe whatever an author writes."""

from __future__ import annotations

import pytest

import symrnn
from symrnn.backends.references import reference_latex, references

ENTRY = r"""
@article{a1,
  title = "{A} title \& more?", author = {Last, First and M{\"u}ller, Jan and others},
  journal = {Some_Journal}, volume = {9}, number = 8, pages = {1--2}, year = 1997,
}
@misc{b, title = {{N}ew}, eprint = {1234.5678}, archivePrefix = {arXiv}, year = {2020}}"""


def test_an_entry_reads_as_in_a_list_of_references() -> None:
    first, second = references(ENTRY)
    assert first.key == "a1" and second.fields["archiveprefix"] == "arXiv"
    assert reference_latex(first) == (
        r'First Last, Jan M{\"u}ller et al. A title \& more? '
        r"\emph{Some\_Journal} 9(8), 1--2, 1997.")
    assert reference_latex(second) == "New. arXiv:1234.5678, 2020."


def test_every_reference_of_a_cell_is_read() -> None:
    for name in symrnn.cell_names():
        bibtex = symrnn.cell(name).bibtex
        found = references(bibtex)
        assert bool(found) == bool(bibtex.strip()), name
        assert all(one.fields["title"] and one.fields["author"] for one in found), name


@pytest.mark.parametrize("field", [r"\input{x}", "50% of_it #1", r"\\end{document}", "a $ b"])
def test_no_field_is_obeyed(field: str) -> None:
    (one,) = references(f"@misc{{k, title = {{{field}}}}}")
    shown = reference_latex(one)
    assert r"\input" not in shown and r"\end{" not in shown
    assert "%" not in shown.replace(r"\%", "") and "$" not in shown.replace(r"\$", "")


def test_what_is_no_bibtex_stays_a_comment() -> None:
    assert references("@article{no end") == ()
    text = symrnn.generate(symrnn.cell("elman"), "elman")["elman.tex"]
    assert "% @article{elman1990finding," in text and r"\section*{References}" in text
    assert r"\begin{verbatim}" not in text
