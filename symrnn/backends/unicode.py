"""Equations in the terminal: bars over letters, steps in brackets, all on one line."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from typing import TypeVar

from symrnn.backends.document import SpelledPrinter
from symrnn.backends.formula import (APART, DOT, HADAMARD, TIMES, TRANSPOSED, Bars, Big, Call,
                                     Cases, Partial, Formula, Fraction, Function, Number,
                                     Parens, Root, Row, Scripts, Sign, Sum, Symbol, Text)
from symrnn.backends.spelling import Spelling
from symrnn.program import SUPERSCRIPT, glyph_text, shifted

SIGNS = {TIMES: " ", HADAMARD: " ⊙ ", DOT: " × ", APART: ", ", ",": ",", "[": "[",
         "]": "]", "′": "′"}
FIRST_MARK, DEEPEST = 0xE000, 99  # characters that no formula has; how many marks there are
RAISED = frozenset("0123456789-()")  # what stands above the line by itself
One = TypeVar("One")  # a node of a formula


class UnicodeSpelling(Spelling):
    """``c̄[t] = h̄[t] ⊙ o[t] ⊙ (1 - tanh²(c[t])) + c̄⁻[t+1]``."""

    def row(self, node: Row) -> str:
        """A quotient, or a derivative by a formula, in front of a factor is held together."""
        *earlier, last = node.parts
        return "".join(f"({self(one)})" if _is_open(one) else self(one)
                       for one in earlier) + self(last)

    def symbol(self, node: Symbol) -> str:
        step = node.glyph.index or (shifted(node.time, node.glyph.shift) if node.time else "")
        return (glyph_text(node.glyph) + (f"[{step}]" if step else "")
                + ("ᵀ" if node.transposed else ""))

    def number(self, node: Number) -> str:
        return node.text

    def sign(self, node: Sign) -> str:
        return SIGNS.get(node.text, f" {node.text} ")

    def text(self, node: Text) -> str:
        return node.text

    def sum(self, node: Sum) -> str:
        (sign, first), *others = node.terms
        return sign + self(first) + "".join(f" {sign} {self(one)}" for sign, one in others)

    def function(self, node: Function) -> str:
        return glyph_text(node.glyph)

    def call(self, node: Call) -> str:
        return self(node.function) + self(node.argument)

    def scripts(self, node: Scripts) -> str:
        """An index in brackets; a number stands above the line."""
        plain = node.base
        if isinstance(plain, Parens) and isinstance(plain.inside, Symbol) and plain.inside.time:
            plain = plain.inside  # its step in brackets holds it together
        if isinstance(plain, Parens) and isinstance(plain.inside, Symbol) and node.sub is not None:
            plain = plain.inside
        base = self(plain)
        if node.sub is None:
            return base + _power(self(node.sup) if node.sup is not None else "", node.sup)
        base += f"[{self(node.sub)}]"
        return base + ("" if node.sup is None else _power(self(node.sup), node.sup))

    def fraction(self, node: Fraction) -> str:
        between = "/" if node.small else " / "
        above = self._held(node.above, Sum, Fraction)
        return above + between + self._held(node.below, Sum, Fraction, Row)

    def partial(self, node: Partial) -> str:
        return f"∂{self(node.of)}/∂{self(node.by)}"

    def _held(self, part: Formula, *kinds: type[Formula]) -> str:
        return f"({self(part)})" if isinstance(part, kinds) else self(part)

    def root(self, node: Root) -> str:
        return f"√({self(node.inside)})"

    def parens(self, node: Parens) -> str:
        inside = self(node.inside)
        return inside if isinstance(node.inside, Cases) else f"({inside})"  # which have braces

    def bars(self, node: Bars) -> str:
        return f"|{self(node.inside)}|"

    def big(self, node: Big) -> str:
        indices = self(node.indices)
        if node.name == "sum":
            return "Σₜ " if indices == "t" else f"Σ_{indices} "
        return f"{node.name}_{indices} "

    def cases(self, node: Cases) -> str:
        rows = ", ".join(f"{self(value)} if {self(condition)}" for value, condition in node.rows)
        return f"{{{rows}, else {self(node.otherwise)}}}"


def _is_open(node: Formula) -> bool:
    """True for what would take in a factor behind it, where it stands on one line."""
    if isinstance(node, Partial):
        return not isinstance(node.by, Symbol)
    return isinstance(node, Fraction) and not node.small


UNICODE = UnicodeSpelling()


class BreakingSpelling(UnicodeSpelling):
    """The same with a mark in front of every operator, where a line may end.

    The mark tells how deep in parentheses it is: a line had better end outside of them.
    """

    def __init__(self) -> None:
        self._depth = 0

    def sum(self, node: Sum) -> str:
        (sign, first), *others = node.terms
        between = self._mark(0)
        return sign + self(first) + "".join(f"{between}{sign} {self(one)}" for sign, one in others)

    def sign(self, node: Sign) -> str:
        if node.text == TIMES:
            return self._mark(1)
        if node.text == APART:
            return "," + self._mark(1)
        spelled = SIGNS.get(node.text, f" {node.text} ")
        operator = spelled.strip()
        return f"{self._mark(1)}{operator} " if spelled == f" {operator} " else spelled

    def parens(self, node: Parens) -> str:
        return self._inside(super().parens, node)

    def cases(self, node: Cases) -> str:
        return self._inside(super().cases, node)

    def bars(self, node: Bars) -> str:
        return self._inside(super().bars, node)

    def root(self, node: Root) -> str:
        return self._inside(super().root, node)

    def _inside(self, spell: Callable[[One], str], node: One) -> str:
        """A part that holds together what it has around it."""
        self._depth += 1
        spelled = spell(node)
        self._depth -= 1
        return spelled

    def _mark(self, weaker: int) -> str:
        """A product is held together more than a sum around it."""
        return chr(FIRST_MARK + min(2 * self._depth + weaker, DEEPEST))


class UnicodePrinter(SpelledPrinter):
    """Prints expressions and equations of one program."""

    spelling = UNICODE


def wrapped(front: str, right: Formula, width: int) -> str:
    """A right-hand side behind what is in front of it, in lines of at most so many characters.

    Lines end in front of an operator and go on below the first one's beginning; what has no
    operator stays whole.
    """
    pieces = list(_pieces(BreakingSpelling()(right)))
    hang = min(columns(front), width // 2)
    lines, line = list[str](), front
    while pieces:
        room = width - columns(line)
        taken = _fitting(pieces, room)
        lines.append(line + "".join(text for _, text in pieces[:taken]).strip())
        pieces = pieces[taken:]
        line = " " * (hang + (pieces[0][0] + 1) // 2 * 2 if pieces else 0)
    return "\n".join(lines)


def _pieces(marked: str) -> Iterator[tuple[int, str]]:
    """The parts between marks, each behind the depth of the mark in front of it."""
    depth, text = 0, ""
    for character in marked:
        if FIRST_MARK <= ord(character) <= FIRST_MARK + DEEPEST:
            yield depth, text
            depth, text = ord(character) - FIRST_MARK, " "
        else:
            text += character
    yield depth, text


def _fitting(pieces: Sequence[tuple[int, str]], room: int) -> int:
    """How many pieces go on one line: all, or those up to the outermost of the later marks."""
    ends = list(accumulate(columns(text) for _, text in pieces))
    if ends[-1] <= room:
        return len(pieces)
    fit = [place for place in range(1, len(pieces)) if ends[place - 1] <= room] or [1]
    late = [place for place in fit if ends[place - 1] >= room / 3] or fit
    return min(late, key=lambda place: (pieces[place][0], -place)) if len(pieces) > 1 else 1


def columns(text: str) -> int:
    """How many columns of a terminal a text takes; an accent takes none."""
    return sum(not unicodedata.combining(one) for one in text)


def _power(text: str, exponent: Formula | None) -> str:
    if isinstance(exponent, Symbol) and exponent.glyph == TRANSPOSED:
        return "ᵀ"
    if set(text) <= RAISED:
        return text.translate(SUPERSCRIPT)
    simple = isinstance(exponent, Symbol | Number)
    return f"^{text}" if simple else f"^({text})"
