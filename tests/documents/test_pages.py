"""Pages without a browser: well formed, whole, linked, small, and true to what computes."""

from __future__ import annotations

import dataclasses
import posixpath
from base64 import b64decode
from collections import defaultdict
from html.parser import HTMLParser

import numpy as np
import pytest

import symrnn
from symrnn import workflow
from symrnn.backends import mathml
from symrnn.backends.document import DocumentPrinter
from symrnn.backends.formula import Sum
from symrnn.backends.unicode import UNICODE
from symrnn.catalogue import FromFile, find
from symrnn.cells import architectures
from symrnn.cli.reference import command_line
from symrnn.documents.accuracy import accuracy
from symrnn.documents.backward import backward
from symrnn.documents.equations import Equations
from symrnn.documents.example import example, small_case, worked_example
from symrnn.documents.html import Html, used
from symrnn.documents.numbers import computed, given, power
from symrnn.documents.measures import Point
from symrnn.documents.page import Page
from symrnn.documents.reference.pages import ADDRESSES
from symrnn.documents.plot import curve
from symrnn.documents.site import site
from symrnn.documents.notation import Notation, Unnamed
from symrnn.documents.symbols import parameter_count, symbol_table
from symrnn.documents.texts import MissingText, catalogue, held
from symrnn.documents.unquoted import unquoted
from symrnn.kernels import compile
from symrnn.pipeline import derive
from symrnn.program import Role
from symrnn.targets import LANGUAGES
from tests.conftest import by_night
from tests.documents.conftest import CELLS
from tests.documents.elements import Open

MATH_TABLE = b"\x1f"  # what a directory of WOFF2 has for the table MATH
VOID = {"meta", "link", "input", "br", "line", "polyline", "circle", "mspace", "wbr"}
LARGEST, WHOLE = 1_000_000, 25_000_000
SMALL = {"elman": 75_000, "lstm": 165_000, "bidirectional_rnn": 110_000, "mlstm": 230_000}
EACH = pytest.mark.parametrize("name", [one.name for one in architectures()])


class Events(HTMLParser):
    """What a page says, whichever way it is written."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[object] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, attributes))

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, attributes, "/"))

    def handle_endtag(self, tag: str) -> None:
        self.found.append(tag)

    def handle_data(self, data: str) -> None:
        self.found.append(data)


@pytest.mark.parametrize("text, short", [
    ('<p class="a" id="b-1">="c" </p>', '<p class=a id=b-1>="c" </p>'),
    ('<rect x="1" rx="14"/><path d="M0 1h2"/>', '<rect x=1 rx="14"/><path d="M0 1h2"/>'),
    ('<a href="" title="a&gt;b">1</a>', '<a href="" title="a&gt;b">1</a>'),
    ('<input aria-label="t = 2" value="-0.5">', '<input aria-label="t = 2" value=-0.5>'),
    ('<mo lspace="0" rspace=".17em">·</mo>', '<mo lspace=0 rspace=.17em>·</mo>')])
def test_short_values_need_no_quotes(text: str, short: str) -> None:
    assert unquoted(text) == short
    assert Events(text).found == Events(short).found


def test_a_page_without_quotes_says_the_same(lstm: Page) -> None:
    made: list[str] = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("symrnn.documents.html.unquoted", lambda text: made.append(text) or text)
        Html(LANGUAGES).page(lstm)
    assert len(made) == len(LANGUAGES)
    for text in made:
        assert len(unquoted(text)) < 0.98 * len(text)
        assert Events(unquoted(text)).found == Events(text).found


class Reader(HTMLParser):
    """Reads a page strictly: every element is closed in its turn, cells by those after them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open = Open()
        self.ids: list[str] = []
        self.hidden: set[str | None] = set()  # classes
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = dict(attributes)
        assert len(found) == len(attributes), f"<{tag}> has an attribute twice"
        self.ids += [found["id"] or ""] if "id" in found else []
        self.hidden |= {found["class"]} if "hidden" in found else set()
        if tag == "a":
            self.links.append(found["href"] or "")
        self.loaded += [found[key] or "" for key in ("src", "data", "srcset") if key in found]
        self.loaded += [found["href"] or ""] if tag == "link" else []
        if tag not in VOID:
            self.open.begin(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.end(tag), f"</{tag}> at {self.getpos()}"


@pytest.fixture(scope="module")
def readers(files: dict[str, str]) -> dict[str, Reader]:
    return {name: Reader(text) for name, text in files.items() if name.endswith(".html")}


def test_every_page_is_there_in_every_language(files: dict[str, str]) -> None:
    pages = {f"{code}/{name}.html" for code in LANGUAGES for name in (*CELLS, "index", "guide")}
    pages |= {f"{code}/{name}" for code in LANGUAGES for name in ADDRESSES.values()}
    kernels = [*CELLS, *(f"lessons/{name}_{one.name}" for name in CELLS
                         for one in find(name).lessons)]
    shared = {"style.css", "font.css", "code.js", "script.js", "live.js", "flow.js", "index.html",
              *(f"shared/{name}.js" for name in CELLS)}
    assert set(files) == shared | pages | {
        f"kernels/{name}.{kind}" for name in kernels for kind in ("js", "json")}


def test_pages_are_well_formed_and_no_anchor_stands_twice(readers: dict[str, Reader]) -> None:
    for name, one in readers.items():
        assert len(one.ids) == len(set(one.ids)), name


def test_every_link_leads_somewhere(files: dict[str, str], readers: dict[str, Reader]) -> None:
    for name, one in readers.items():
        assert one.links
        for link in one.links:
            path, _, anchor = link.partition("#")
            target = posixpath.normpath(posixpath.join(posixpath.dirname(name), path)) \
                if path else name
            assert target in files, f"{name}: {link}"
            assert not anchor or anchor in readers[target].ids, f"{name}: {link}"


def test_nothing_is_fetched_from_a_network(files: dict[str, str],
                                           readers: dict[str, Reader]) -> None:
    for name, one in readers.items():
        assert one.loaded, name
        assert not [link for link in (*one.loaded, *one.links) if ":" in link], name
    for name in ("style.css", "code.js", "script.js", "live.js"):
        assert "http" not in files[name] and "url(" not in files[name]
        assert "fetch(" not in files[name] and "import" not in files[name].replace("important", "")


def test_the_font_of_formulas_is_whole_and_free(files: dict[str, str]) -> None:
    """It stands in the style, with its licence, and can set formulas: it has the table MATH."""
    text = files["font.css"]
    assert "GUST Font License" in text and "Jackowski" in text
    (_, after) = text.split("url(")
    start, _, letters = after.partition(")")[0].partition(",")
    assert start == "data:font/woff2;base64"
    font = b64decode(letters)
    assert font[:4] == b"wOF2" and len(font) < 400_000
    tables = int.from_bytes(font[12:14], "big")
    assert MATH_TABLE in font[48:48 + 8 * tables]


def test_pages_are_small(files: dict[str, str]) -> None:
    assert max(len(text.encode()) for text in files.values()) < LARGEST


@pytest.mark.parametrize("name", SMALL)
def test_pages_take_the_room_that_was_meant_for_them(files: dict[str, str], name: str) -> None:
    """Of many cells they add up; what all languages share is smaller than a page."""
    for code in LANGUAGES:
        assert len(files[f"{code}/{name}.html"].encode()) < SMALL[name]
    assert len(files[f"shared/{name}.js"]) < SMALL[name] / 2


@pytest.mark.skipif(not by_night(), reason="runs nightly: SYMRNN_EXHAUSTIVE=1")
def test_the_whole_site_is_small() -> None:
    """All that ``symrnn docs`` writes, the reference too: 25 MB."""
    sizes = {name: len(text.encode() if isinstance(text, str) else text)
             for _, own in workflow.pages(workflow.chosen([]), LANGUAGES, "html", command_line())
             for name, text in own.items()}
    assert max(sizes.values()) < LARGEST
    assert sum(sizes.values()) < WHOLE


def test_one_term_alone_is_not_written_again(lstm: Page, files: dict[str, str]) -> None:
    """Below an equation of several terms each stands with its step; one would be all of it."""
    for one in (*lstm.backward.inner, *lstm.backward.gradients):
        if len(one.steps) == 1:
            (row,) = one.equation.formula.rows
            assert mathml.formula(row) == mathml.formula(one.steps[0].contribution)
        own = files["en/lstm.html"].partition(f"id={one.equation.anchor} ")[2]
        rows = own.partition("<tbody>")[2].partition("</details>")[0].split("<tr")[1:]
        shown = [row.split("<td")[1].count("<math") for row in rows]
        assert shown == [int(len(one.steps) > 1)] * len(one.steps)


def test_all_names_of_a_symbol_lead_to_its_row(lstm: Page) -> None:
    rows = lstm.symbols.rows
    assert {rows[name] for name in ("h", "h_prev", "initial.h", "final.h", "h_bar")} == {"h"}


@pytest.mark.sweep
@EACH
def test_no_two_rows_have_symbols_of_equal_looks(name: str) -> None:
    """So the script of a page finds the row of every symbol by what is printed."""
    program = symrnn.cell(name)
    gradient = derive(program).gradient
    rows = symbol_table(program, gradient).rows
    found = defaultdict[str, set[str]](set)
    for each in (program, gradient):
        for one in each.variables:
            spelling = Unnamed(rows)
            spelling(DocumentPrinter(each).glyph(one.name))
            for look, row in spelling.looks.items():
                found[look].add(row)
    assert found and all(len(one) == 1 for one in found.values())


def test_pages_bear_the_mark_of_generated_files(folder: object, files: dict[str, str]) -> None:
    for name, text in files.items():
        assert any("Generated by symrnn" in line for line in text.split("\n")[:5]), name


def test_without_a_script_nothing_is_hidden_but_what_a_script_does(
        readers: dict[str, Reader]) -> None:
    for name, one in readers.items():
        assert one.hidden <= {"copy", "buttons", "filter", "card", "side", "sizes", "stepper",
                              "live", "knobs"}, name


def test_the_texts_of_both_languages_are_those_that_pages_use() -> None:
    held(used())
    short = {**used(), "page": used()["page"] | {"a_text_that_is_not_there"}}
    with pytest.raises(MissingText, match=r"has no page.a_text_that_is_not_there"):
        held(short)
    with pytest.raises(MissingText, match="which no page uses"):
        held({**used(), "index": used()["index"] - {"title"}})


def test_the_terms_of_the_lecture_stand_in_chinese() -> None:
    chinese = catalogue("zh-TW")
    for english, wanted in {"memory": "記憶單元", "hidden layer": "隱藏層", "input gate": "輸入閘",
                            "forget gate": "遺忘閘", "output gate": "輸出閘"}.items():
        assert chinese.said(english) == wanted
    assert chinese.said("weights of the forget gate, backward, layer 2") == \
        "遺忘閘的權重，反向，第 2 層"
    assert "雙向" in (chinese.said("Elman network, bidirectional") or "")
    assert chinese.said("a phrase that nobody knows") is None
    assert catalogue("en").said("a phrase that nobody knows") == "a phrase that nobody knows"


@pytest.fixture(scope="module")
def lstm() -> Page:
    chosen = [one for one in architectures() if one.name in ("lstm", "lstm_coupled")]
    return site(chosen).page("lstm")


def test_equations_have_labels_of_their_own() -> None:
    for one in architectures():
        labels = [row.label for row in Equations(one.build()).rows]
        assert len(labels) == len(set(labels)), one.name
    assert [row.label for row in Equations(symrnn.cell("indrnn")).rows] == ["1", "2"]


@pytest.mark.sweep
@EACH
def test_every_term_of_the_backward_pass_has_a_step(name: str) -> None:
    plan = derive(symrnn.cell(name))
    found = backward(Equations(plan.program), Equations(plan.gradient), worked_example(plan, name))
    for one in (*found.inner, *found.gradients):
        terms = sum(len(row.terms) for row in one.equation.formula.rows)
        assert len(one.steps) == terms, one.equation.label
        for step in one.steps:
            assert bool(step.source) == bool(step.local) == (step.rule not in ("given", "delay"))
    assert len(found.gradients) == len(plan.gradient.with_role(Role.GRADIENT)) - len(
        plan.program.delays)


def test_every_equation_leads_to_its_lines_in_numpy_and_c(lstm: Page) -> None:
    forward = {row.label for row in lstm.forward}
    derived = {one.equation.label for one in (*lstm.backward.inner, *lstm.backward.gradients)}
    for code in lstm.code:
        computed = {row.label for line in code.lines for row in line.begins}
        wanted = derived if code.function == "backward" else forward
        assert computed >= wanted, code.anchor
        assert {row.label for line in code.lines for row in line.equations} == computed
    (line,) = [line.text for code in lstm.code if code.anchor == "numpy-forward"
               for line in code.lines if [row.label for row in line.equations] == ["7"]][1:]
    assert line.strip() == "c[t] = g * i + c_prev * f"


@pytest.mark.parametrize("name", CELLS)
def test_the_worked_example_is_what_kernels_compute(name: str) -> None:
    plan = derive(symrnn.cell(name))
    case, forward, gradient = small_case(plan), Equations(plan.program), Equations(plan.gradient)
    found = example(worked_example(plan, name), forward, gradient)
    kernel = compile(plan.program, "numpy", "float64")
    run = kernel.forward(case.parameters, case.inputs, case.initial)
    rows = {id(row): name for name, row in forward.by_name.items()}
    for one in found.forward.sequences:
        own = rows[id(one.equation[0])]
        if own in run.outputs:
            wanted = run.outputs[own][:, 0].reshape(len(found.steps), -1)
            assert np.allclose([np.ravel(step) for step in one.at_steps], wanted, rtol=1e-12)
    gradients = kernel.backward(run, case.y_bar, case.final_bar)
    names = [one.of for one in plan.gradient.with_role(Role.GRADIENT)]
    shown = (*found.gradients.constants, *found.gradients.sequences)
    assert len(shown) == len(names)
    total = sum(float(np.sum(one)) for one in gradients.values())
    assert np.isclose(sum(entry for one in shown for matrix in one.at_steps
                          for row in matrix for entry in row), total, rtol=1e-9)


def test_accuracy_is_measured_and_good() -> None:
    for name in CELLS:
        (found,) = accuracy(derive(symrnn.cell(name)))
        assert found.complex_step < 1e-12, name
        assert found.best.error < 1e-7, name
        widths = [one.width for one in found.differences]
        assert found.differences[0].error > found.best.error < found.differences[-1].error
        assert widths == sorted(widths, reverse=True)
        assert [one.dtype for one in found.rounding] == ["float32", "float64"]
        assert all(0 < one.values < 400 and 0 < one.gradients < 400 for one in found.rounding)


def test_proofs_and_neighbours_are_those_of_compare(lstm: Page) -> None:
    assert {one.name for one in lstm.layers} == {
        "pytorch-lstm", "onnx-lstm", "keras-lstm", "cudnn-lstm", "cudnn-lstm:bias=single_input",
        "cudnn-lstm:bias=single_recurrent"}
    (neighbour,) = lstm.neighbours
    assert (neighbour.name, len(neighbour.only_here), len(neighbour.only_there)) == (
        "lstm_coupled", 2, 1)
    pair = site([one for one in architectures() if one.name.startswith("lstm_coupled")])
    assert {name: [each.name for each in found] for name, found in pair.equals.items()} == {
        "lstm_coupled": ["lstm_coupled_input"], "lstm_coupled_input": ["lstm_coupled"]}


@EACH
def test_the_count_of_parameters_is_that_of_their_entries(name: str) -> None:
    program = symrnn.cell(name)
    case = small_case(derive(program))
    wanted = sum(array.size for array in case.parameters.values())
    formula = parameter_count(program)
    found = formula.subs({one: case.sizes[one.name] for one in formula.free_symbols})
    assert found == wanted


def test_numbers_are_printed_as_mathematics() -> None:
    assert given(((0.5, -1.0), (0.0, 2.0))) == (" 0.5 −1", "   0  2")
    assert computed(((0.00001, -12345.0),)) == (
        " 1.000\u202f×\u202f10⁻⁵ −1.234\u202f×\u202f10⁴",)
    assert computed(((-0.25, 0.0),)) == ("−0.2500  0.0000",)
    assert power(3.0277e-11) == "3.0\u202f×\u202f10⁻¹¹"
    assert power(9.99e-5) == "1.0\u202f×\u202f10⁻⁴"
    assert power(0.0) == "0"


def test_the_curve_lies_inside_its_box() -> None:
    points = [Point(10.0**-place, error) for place, error in enumerate((1.0, 1e-4, 0.0, 1e-8))]
    drawing = curve(points, points[2])
    assert all(drawing.left <= one.x <= drawing.right and drawing.top <= one.y <= drawing.bottom
               for one in drawing.dots)
    assert drawing.best in drawing.dots
    assert len({tick.place for tick in (*drawing.across,)}) == len(drawing.across) > 1


def test_what_authors_write_is_text_in_a_page() -> None:
    with symrnn.Cell("mine", "a <b> & c", notes=["<script>"]) as cell:
        x, h = cell.input("x[m]", "in"), cell.state("h[m]", "<i>out</i>")
        U = cell.parameter("U[m,m]", "of it")
        h[symrnn.t] = U @ h[symrnn.t - 1] + x[symrnn.t]
    own = cell.build("h")
    one = FromFile("mine", lambda: own, "symrnn.cell('mine')")
    text = Html(["en"]).page(site([one]).page("mine"))["en/mine.html"]
    Reader(text)
    assert "&lt;script&gt;" in text and "&lt;i&gt;out" in text and "<script>" not in text


def test_a_formula_without_a_letter_stands_for_itself(lstm: Page) -> None:
    """In the list of gates, and among the values that a term reads."""
    chosen = [one for one in architectures() if one.name in ("rwkv4", "lem", "mlstm")]
    shown = {one.name: list(map(UNICODE, one.gates)) for one in site(chosen).entries}
    assert shown == {"rwkv4": ["σ(r[t])"], "mlstm": ["o[t]"],
                     "lem": ["σ(a_Δt_1[t])", "σ(a_Δt_2[t])"]}
    read = {UNICODE(one) for derived in lstm.backward.inner for step in derived.steps
            for one in step.saved}
    assert "tanh(c[t])" in read and "tanh_c[t]" not in read


def test_the_list_tells_recurrences_by_their_proofs() -> None:
    """A cell of one's own has no tags, and is linear in its state all the same."""
    chosen = [one for one in architectures() if one.name in ("gla", "rwkv7", "lstm", "brc")]
    entries = site([dataclasses.replace(one, tags=()) for one in chosen]).entries
    assert {one.name: one.recurrence for one in entries} == {
        "gla": "affine-diagonal", "rwkv7": "affine-structured", "lstm": "nonlinear-dense",
        "brc": "nonlinear-diagonal"}
    (lstm,) = site([one for one in chosen if one.name == "lstm"]).entries
    assert lstm.chips == ("gated", "classic")


def test_a_long_sum_of_a_table_may_be_broken_between_its_terms() -> None:
    math = Notation()
    long, short = (parameter_formula(name) for name in ("deep_bidirectional_lstm", "indrnn"))
    assert "<wbr>" not in math.broken(short) and math.broken(short) == math(short)
    pieces = math.broken(long).split("<wbr>")
    assert len(pieces) == len(long.terms) > 5
    assert all(one.startswith('<math><mo form="infix">+</mo>') for one in pieces[1:])
    assert all(one.endswith("</math>") for one in pieces)


def test_equal_terms_of_a_sum_of_sizes_are_counted() -> None:
    assert UNICODE(parameter_formula("brc")) == "3 m n + 2 m"
    assert UNICODE(parameter_formula("lstm_peephole")) == "4 m² + 4 m n + 7 m"


def parameter_formula(name: str) -> Sum:
    program = symrnn.cell(name)
    found = DocumentPrinter(program)(parameter_count(program))
    assert isinstance(found, Sum)
    return found
