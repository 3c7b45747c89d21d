"""`symrnn list`: a word to search, tags that all must hold, what tags mean."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

import symrnn
from symrnn import cli
from symrnn.tags import TAGS

MANY = len(symrnn.cell_names())


def listed(*words: str) -> list[str]:
    """The lines that are printed."""
    found = CliRunner().invoke(cli.app, ["list", *words])
    assert found.exit_code == 0, found.output
    return found.stdout.splitlines()


def names(*words: str) -> list[str]:
    """The cells that are printed; the last line tells how many."""
    *lines, empty, last = listed(*words)
    assert empty == ""
    assert last == f'{len(lines)} of {MANY}; in Python: symrnn.cell("NAME")'
    return [one.split()[0] for one in lines]


@pytest.mark.parametrize("word, found", [
    ("lstm_p", ["lstm_peephole", "lstm_projection"]),         # a name
    ("HIGHWAY", ["rhn"]),                                     # a title, in any letters
    ("residual_", ["residual_lstm"]), ("osc", ["cornn", "lru", "retnet", "unicornn"])])
def test_a_word_is_looked_for_in_names_titles_and_tags(word: str, found: list[str]) -> None:
    assert names(word) == found


def test_all_of_several_tags_must_hold() -> None:
    assert names("--tag", "linear", "--tag", "leaky") == ["lru", "retnet"]
    assert names("--tag", "linear") == [*symrnn.cell_names("linear")]
    assert names("RET", "--tag", "linear", "--tag", "leaky") == ["retnet"]


def test_a_search_shows_why_a_cell_is_found() -> None:
    assert listed("rhn")[0] == (
        "rhn  Recurrent highway network  [gated, residual, nonlinear-dense]")
    assert not any("[" in line for line in listed()[:-1])


@pytest.mark.parametrize("words, told", [
    (("nothing",), "'nothing' in its name, title or tags"),
    (("--tag", "plain", "--tag", "heads"), "the tags plain and heads"),
    (("nothing", "--tag", "heads", "--tags"),
     "'nothing' in its name, title or tags and the tag heads")])
def test_what_is_not_found_is_said(words: tuple[str, ...], told: str) -> None:
    assert listed(*words) == [f"none of the {MANY} cells has {told}"]


def test_every_tag_is_explained() -> None:
    lines = [line.split(maxsplit=2) for line in listed("--tags")[:-2]]
    assert [(tag, meaning) for tag, _, meaning in lines] == list(TAGS.items())
    assert all(int(count) == len(symrnn.cell_names(tag)) for tag, count, _ in lines)


def test_tags_of_what_is_found_are_counted() -> None:
    assert [line.split()[:2] for line in listed("rhn", "--tags")[:-2]] == [
        ["gated", "1"], ["nonlinear-dense", "1"], ["residual", "1"]]


@pytest.mark.parametrize("tag, hint", [("maatrix", " (did you mean matrix?)"), ("", ""),
                                       ("recursive", ""),
                                       ("linear leaky", " (did you mean linear?)")])
def test_an_unknown_tag_is_one_sentence(tag: str, hint: str) -> None:
    found = CliRunner().invoke(cli.app, ["list", "--tag", tag])
    assert found.exit_code == 2 and not found.stdout
    assert found.stderr.splitlines()[-1].endswith(
        f": there is no tag {tag!r}{hint}; there are "
        f"{', '.join([*TAGS][:-1])} and {[*TAGS][-1]}")
