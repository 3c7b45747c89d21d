"""Lines of code that go on below where they would be too wide."""

from symrnn.backends.lines import BREAK, INNER, Line, closed, deeper, laid_out, remark


def test_a_line_that_fits_stays_one_line() -> None:
    assert laid_out([Line(f"a{BREAK}+ b", depth=1)]) == ("    a + b",)


def test_a_longer_one_goes_on_at_its_marks_alone() -> None:
    term = "x" * 40
    text = BREAK.join([f"sum = {term}", f"+ {term} * {term}", f"+ {term};"])
    assert laid_out(deeper([Line(text)])) == (
        f"    sum = {term}", f"        + {term} * {term}", f"        + {term};")


def test_a_comment_goes_on_behind_a_star() -> None:
    first, second = laid_out([remark("word " * 24 + "end")])
    assert first.startswith("/* word") and len(first) <= 100
    assert second == " * word word word word word end */"


def test_short_parentheses_stay_together() -> None:
    assert closed(f"a{BREAK}+ b") == f"(a{INNER}+ b)"
    assert closed(f"{'a' * 70}{BREAK}+ b") == f"({'a' * 70}{BREAK}+ b)"
    long = Line(closed(f"a{BREAK}+ b") + "c" * 94)
    assert laid_out([long]) == ("(a", "    + b)" + "c" * 94)


def test_lines_inside_lines_stand_further_to_the_right() -> None:
    assert laid_out(deeper([Line("a"), *deeper([Line("b", depth=1)])])) == (
        "    a", "            b")


def test_an_empty_line_has_no_spaces() -> None:
    assert laid_out([Line("", depth=3)]) == ("",)
