"""Equation (3) is equation (3) in the document, in NumPy and in C; and no size is a number."""

import re

import pytest

from symrnn.cells import architectures
from symrnn.pipeline import derive, generate

BY_NAME = {one.name: one for one in architectures()}


@pytest.mark.parametrize("name", BY_NAME)
def test_the_same_number_marks_the_same_equation_in_every_file(name: str) -> None:
    program = BY_NAME[name].build()
    files = generate(program, name)
    derived = derive(program)
    wanted = {(one.number, one.lhs) for one in (*derived.program.equations,
                                                *derived.gradient.equations)}
    as_run = {(one.number, one.lhs) for one in (*derived.forward.program.equations,
                                                *derived.backward.program.equations)}
    assert wanted <= as_run  # which has tails and complements of activations besides
    comment = r"\((\d+)\)  ([\w.]+)(?:\[[\w,]+\])? ="
    for ending in ("py", "c"):
        assert {(int(number), lhs) for number, lhs in re.findall(comment, files[f"{name}.{ending}"])
                } == as_run
    tags = {int(number) for number in re.findall(r"\\tag\{(\d+)\}", files[f"{name}.tex"])}
    numbers = {number for number, _ in wanted}
    assert tags | like_others(files[f"{name}.tex"]) == numbers


def like_others(document: str) -> set[int]:
    """The numbers of equations that read like others, which a table tells: (3)--(4) & (1)--(2)."""
    rows = re.findall(r"^([-\d(), ]+) & \(\d", document, re.MULTILINE)
    ranges = re.findall(r"\((\d+)\)(?:--\((\d+)\))?", " ".join(rows))
    return {number for first, last in ranges
            for number in range(int(first), int(last or first) + 1)}


@pytest.mark.parametrize("name", BY_NAME)
def test_numpy_and_c_say_the_same_sentence_above_an_equation(name: str) -> None:
    files = generate(BY_NAME[name].build(), name)
    python = re.findall(r"# (\(\d+\)  .*)", files[f"{name}.py"])
    in_one_line = re.sub(r"\n +\* *", " ", files[f"{name}.c"])  # long ones go on below in C
    c = re.findall(r"/\* (\(\d+\)  .*) \*/", in_one_line)
    assert {*map(words, python)} == {*map(words, c)} and python


def words(sentence: str) -> tuple[str, ...]:
    return tuple(sentence.split())
