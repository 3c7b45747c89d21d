"""The guide: Markdown of a language, whose formulas, pictures and numbers are asked by name.

``$lstm.c_prev$`` in a sentence is a symbol of a network, ``$sum.y@3$`` a value of a run at a step.
A fence is a block: ``equations`` and ``derivation`` (a network and what is bound), ``jacobian`` (a
network, and how many lines), ``picture`` (a network, and over how many steps), ``values`` (a run,
and what to show). What a name leads to nowhere fails the build.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from symrnn.backends.document import Shown
from symrnn.backends.formula import Formula
from symrnn.backends.jacobian import state_jacobian
from symrnn.cells import cell
from symrnn.diagrams.diagram import one_step
from symrnn.diagrams.picture import Picture
from symrnn.diagrams.unrolled import unrolled
from symrnn.documents.backward import backward
from symrnn.documents.equations import Equations
from symrnn.documents.example import worked_example
from symrnn.documents.page import Derived
from symrnn.documents.rows import EquationRow
from symrnn.documents.runs import run
from symrnn.documents.worked import Matrix, Values
from symrnn.pipeline import derive

FOLDER = Path(__file__).with_name("guides")
NO_SCRIPT = ("", "")  # nothing in the guide is computed again in a page


class MissingReference(ValueError):
    """A guide that names what is not there; the message tells what, and in which file."""


class Network:
    """One network of the guide, and what of it is asked by name."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.plan = derive(cell(name))

    @cached_property
    def passes(self) -> tuple[Equations, Equations]:
        """The equations forward and backward."""
        return Equations(self.plan.program), Equations(self.plan.gradient)

    def symbol(self, name: str) -> Formula:
        """The symbol of a name, of the cotangents too. Raises KeyError."""
        forward, gradient = self.passes
        owner = forward if name in self.plan.program else gradient
        return owner.printer.glyph(owner.program[name].name)

    def equation(self, name: str) -> EquationRow:
        """The equation that binds a name. Raises KeyError."""
        forward, gradient = self.passes
        return (forward if name in forward.by_name else gradient).by_name[name]

    @cached_property
    def derived(self) -> dict[str, Derived]:
        """How the equations of the backward pass came to be, by their labels."""
        found = backward(*self.passes, worked_example(self.plan, self.name))
        return {one.equation.label: one for one in (*found.inner, *found.gradients)}

    def derivation(self, name: str) -> Derived:
        """How the equation that binds a cotangent came to be. Raises KeyError."""
        return self.derived[self.equation(name).label]

    def picture(self, steps: str) -> Picture:
        """One step, or some of them."""
        program = self.plan.program
        return unrolled(program, int(steps)) if steps else one_step(program)

    def jacobian(self, lines: str) -> tuple[Shown, ...]:
        """How what follows depends on the first state before the step, so many lines of it."""
        return state_jacobian(self.plan.program)[0].lines[:int(lines)]


@dataclass(frozen=True)
class Block:
    """What a fence asks for; ``kind`` tells which of the others is there."""

    kind: str
    network: str = ""
    rows: tuple[EquationRow, ...] = ()
    derived: tuple[Derived, ...] = ()
    lines: tuple[Shown, ...] = ()
    pictures: tuple[Picture, ...] = ()
    values: tuple[Values, ...] = ()
    steps: tuple[int, ...] = ()


class Guide:
    """Networks and runs, asked by the words of Markdown; made once for all languages."""

    def __init__(self) -> None:
        self.known: dict[str, Network] = {}

    def network(self, name: str) -> Network:
        """A network, derived once. Raises UnknownName."""
        if name not in self.known:
            self.known[name] = Network(name)
        return self.known[name]

    def symbol(self, words: str) -> Formula:
        """``lstm.c_prev``. Raises KeyError."""
        network, _, name = words.partition(".")
        return self.network(network).symbol(name)

    @staticmethod
    def number(words: str) -> Matrix:
        """``sum.y@3``: at the third step. Raises KeyError."""
        (name, _, what), (_, _, step) = words.partition("@")[0].partition("."), words.partition("@")
        at_steps = run(name).at_steps(what)
        if not 1 <= int(step) <= len(at_steps):
            raise KeyError(words)
        return at_steps[int(step) - 1]

    def block(self, kind: str, words: list[str]) -> Block:
        """What a fence asks for. Raises KeyError for a kind or a name that there is none of."""
        made: dict[str, Callable[[str, list[str]], Block]] = {
            "equations": lambda name, more: Block(kind, name, rows=tuple(
                map(self.network(name).equation, more))),
            "derivation": lambda name, more: Block(kind, name, derived=tuple(
                map(self.network(name).derivation, more))),
            "jacobian": lambda name, more: Block(kind, name, lines=self.network(name).jacobian(
                "".join(more))),
            "picture": lambda name, more: Block(kind, name, pictures=(
                self.network(name).picture("".join(more)),)),
            "values": self._values}
        name, *more = words
        return made[kind](name, more)

    def _values(self, name: str, more: list[str]) -> Block:
        """Values of a run at all of its steps, or at those that are told as numbers."""
        found = run(name)
        told = tuple(int(word) for word in more if word.isdigit())
        steps = told or tuple(range(1, found.steps + 1))
        equations = Equations(found.program), Equations(found.gradient)
        values = []
        for what in (word for word in more if not word.isdigit()):
            own = equations[what not in found.program]
            at_steps = found.at_steps(what)
            values.append(Values(own.printer.glyph(own.program[what].name), (),
                                 tuple(at_steps[step - 1] for step in steps), NO_SCRIPT))
        return Block("values", values=tuple(values), steps=steps)


@dataclass(frozen=True)
class Heading:
    """A part of the guide."""

    anchor: str
    text: str


@dataclass(frozen=True)
class Written:
    """A guide in one language, as markup."""

    title: str
    headings: tuple[Heading, ...]
    body: str


class Reader:
    """Reads Markdown; ``symbol``, ``number`` and ``block`` give the markup of what is asked."""

    def __init__(self, guide: Guide, symbol: Callable[[Formula], str],
                 number: Callable[[Matrix], str], block: Callable[[Block], str]) -> None:
        self.guide, self.symbol, self.number, self.block = guide, symbol, number, block
        self.markdown = MarkdownIt("commonmark", {"html": False})
        self.markdown.inline.ruler.before("escape", "asked", _asked)
        self.markdown.add_render_rule("asked", lambda _, *asked: self._inline(*asked))
        self.markdown.add_render_rule("fence", lambda _, *asked: self._fence(*asked))

    def read(self, code: str) -> Written:
        """The guide in a language. Raises MissingReference."""
        self.file = f"{code}.md"
        tokens = self.markdown.parse((FOLDER / self.file).read_text(encoding="utf-8"))
        headings, title = list[Heading](), ""
        for place, one in enumerate(tokens):
            if one.type == "heading_open" and one.tag == "h1":
                title = tokens[place + 1].content
            elif one.type == "heading_open" and one.tag == "h2":
                headings.append(Heading(f"part-{len(headings) + 1}", tokens[place + 1].content))
                one.attrSet("id", headings[-1].anchor)
        body = self.markdown.renderer.render(tokens, self.markdown.options, {})
        return Written(title, tuple(headings), body)

    def _inline(self, tokens: list[Token], place: int, *rest: Any) -> str:
        words = tokens[place].content
        try:
            return (self.number(self.guide.number(words)) if "@" in words
                    else self.symbol(self.guide.symbol(words)))
        except (KeyError, ValueError) as error:
            raise self._missing(words) from error

    def _fence(self, tokens: list[Token], place: int, *rest: Any) -> str:
        kind, words = tokens[place].info.strip(), tokens[place].content
        try:
            return self.block(self.guide.block(kind, words.split()))
        except (LookupError, ValueError) as error:
            raise self._missing(f"{kind} {words.strip()}") from error

    def _missing(self, words: str) -> MissingReference:
        return MissingReference(f"guides/{self.file} asks for {words!r}, which there is not; name "
                                f"what its network or run has")


def _asked(state: StateInline, silent: bool) -> bool:
    """Text between dollars."""
    end = state.src.find("$", state.pos + 1)
    if state.src[state.pos] != "$" or end < 0:
        return False
    if not silent:
        state.push("asked", "", 0).content = state.src[state.pos + 1:end]
    state.pos = end + 1
    return True
