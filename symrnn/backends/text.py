"""Equations as plain text: the comment above every loop, and what the terminal shows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from textwrap import wrap

from sympy import Expr, Integer, Piecewise, Rational

from symrnn.backends.entries import by_entry, by_index, letters_of, operand_letters, shown_letters
from symrnn.backends.printer import ATOM, POWER, PRODUCT, Printer, power_of_ten
from symrnn.backends.products import matrix_product
from symrnn.program import (Ein, Equation, IndexSymbol, Maximum, Program,
                            contraction_term, named_choice, printable, terms)


class TextPrinter(Printer):
    """Names as they stand in the code; products of vectors element by element with ``*``."""

    times = " * "
    dot = " * "  # between two numbers
    writes_powers = True

    def __init__(self, program: Program) -> None:
        self.program, self.letters = program, letters_of(program)
        self._comments: dict[str, str] = {}

    def symbol(self, name: str) -> str:
        shown = self.program[name].stands_for if name in self.program else None
        return name if shown is None else self(shown, PRODUCT)

    def size(self, name: str) -> str:
        return f"size_{name}" if name in self.program else name

    def index(self, index: IndexSymbol) -> str:
        """The letter of that axis, as in documents."""
        return self.letters[index.place]

    def number(self, value: Rational) -> tuple[int, str]:
        found = power_of_ten(value)
        if found is None:
            return super().number(value)
        digits, exponent = found
        power = self.power("10", Integer(exponent))
        return (POWER, power) if digits == 1 else (PRODUCT, f"{digits}{self.dot}{power}")

    def _cases(self, node: Piecewise) -> tuple[int, str]:
        named = named_choice(node)
        if named is None:
            return super()._cases(node)
        name, arguments = named
        return ATOM, f"{name}({', '.join(map(self, arguments))})"

    def equation(self, equation: Equation) -> str:
        """``z = W x + U h_prev + b``, or ``S[j,k] = a[j] * S_prev[j,k] + (W x)[k]``."""
        return f"{self.entries(equation).left(equation.lhs)} = {self.right_hand_side(equation)}"

    def entries(self, equation: Equation) -> TextPrinter:
        """What prints both sides: by their entries where whole arrays would not tell which meet."""
        if not by_entry(self.program, equation):
            return self
        axes = self.program[equation.lhs].axes
        return _EntryPrinter(self, axes, self.letters[:len(axes)])

    def left(self, name: str) -> str:
        """A left-hand side."""
        return name

    def comment(self, equation: Equation) -> str:
        """``(12)  z_bar = g_bar * (1 - g^2)   adjoint of (4)``, put together once."""
        if equation.lhs not in self._comments:
            self._comments[equation.lhs] = self._comment(equation)
        return self._comments[equation.lhs]

    def _comment(self, equation: Equation) -> str:
        numbers = sorted({one.number for one in equation.origins if one.number})
        from_ = "   adjoint of " + ", ".join(f"({one})" for one in numbers) if numbers else ""
        return f"({equation.number})  {self.equation(equation)}{from_}"

    def right_hand_side(self, equation: Equation) -> str:
        """The terms in order, contractions as matrix products."""
        own = self.entries(equation)
        return " ".join(self.signed(
            terms(equation.rhs), lambda term: own.term(term, equation.lhs))) or "0"

    def part(self, term: Expr, lhs: str) -> str:
        """One term of the equation that defines ``lhs``."""
        definition = self.program.definition(lhs)
        return (self if definition is None else self.entries(definition)).term(term, lhs)

    def term(self, term: Expr, lhs: str) -> str:
        """One term without its sign."""
        found = contraction_term(term)
        if found is None:
            return self(term, PRODUCT)
        factor, ein = found
        text = self.sums(ein, lhs) + self.contraction(ein)
        return text if factor == 1 else f"{self(factor, PRODUCT)} {text}"

    def sums(self, ein: Ein, lhs: str) -> str:
        """``sum_t`` where the left-hand side does not vary over the steps of the operands."""
        spans = [self.program[one.name].span for one in ein.operands]
        return "sum_t " if max(spans) > self.program[lhs].span else ""

    def contraction(self, ein: Ein) -> str:
        """``W x``, ``W^T a``, ``a x^T``, or the sum written out."""
        letters, names = ein.letters, [self.symbol(one.name) for one in ein.operands]
        factors, shown = matrix_product(letters), shown_letters(ein.letters, self.letters)
        if isinstance(ein, Maximum):
            summed = letters.summed.translate(shown)
            return f"max_{summed} {_entry(names[0], letters.operands[0].translate(shown))}"
        if factors is not None:
            return " ".join(names[f.slot] + ("^T" if f.transposed else "") for f in factors)
        if not by_index(ein):
            return " * ".join(names)
        indexed = " ".join(_entry(name, part.translate(shown))
                           for name, part in zip(names, letters.operands, strict=True))
        summed = letters.summed.translate(shown)
        return f"sum_{summed} {indexed}" if summed else indexed


class _EntryPrinter(TextPrinter):
    """Prints one entry of what another prints as whole arrays: its indices along some axes."""

    def __init__(self, whole: TextPrinter, axes: tuple[str, ...], letters: str) -> None:
        super().__init__(whole.program)
        self.letters = whole.letters
        self._whole, self._axes, self._letters = whole, axes, letters

    def left(self, name: str) -> str:
        return _entry(name, self._letters)

    def symbol(self, name: str) -> str:
        """An entry of a variable, at the places of its axes among all."""
        variable = self.program[name]
        letters = operand_letters(variable, self._axes, self._letters)
        if variable.stands_for is not None:
            return _EntryPrinter(self._whole, variable.axes, letters)(variable.stands_for, PRODUCT)
        return _entry(name, letters)

    def contraction(self, ein: Ein) -> str:
        shown = self._whole.contraction(ein)
        if by_index(ein):
            return shown
        if matrix_product(ein.letters) is None:
            return " * ".join(self.symbol(one.name) for one in ein.operands)
        return _entry(f"({shown})", self.letters[:len(ein.letters.output)])


def _entry(shown: str, letters: str) -> str:
    return f"{shown}[{','.join(letters)}]" if letters else shown


@lru_cache(maxsize=16)
def text_of(program: Program) -> TextPrinter:
    """The printer of one program, which all backends share."""
    return TextPrinter(program)


def in_comment(text: str) -> str:
    """Text of an author inside a comment of C, which it cannot end.

    C99 reads ``??/`` as a backslash, also there, and joins a line that ends with one to the next.
    """
    return _one_line(text).replace("*/", "* /").replace("/*", "/ *").replace("??/", "? ?/")


def lines_of_comment(text: str) -> tuple[str, ...]:
    """Lines of a comment in C; a product in a sum stays together."""
    held = text.replace(" * ", "\0*\0")
    inner = " " * (len(text) - len(text.lstrip()) + 2 * text.startswith(" "))
    return tuple(line.replace("\0", " ") for line in wrap(
        held, 94, subsequent_indent=inner, break_long_words=False, break_on_hyphens=False))


def comment_block(text: str) -> tuple[str, ...]:
    """A text as a comment of C, on as many lines as it needs; none for an empty text."""
    lines = wrap(text, 92)
    return tuple(f"{' * ' if number else '/* '}{line}{' */' * (number == len(lines) - 1)}"
                 for number, line in enumerate(lines))


def in_docstring(text: str) -> str:
    """Text of an author inside a docstring of Python, which it cannot end."""
    return _one_line(text).replace("\\", "\\\\").replace('"""', r'\"\"\"')


def _one_line(text: str) -> str:
    return printable(" ".join(text.split()))


@dataclass(frozen=True)
class Statement:
    """One equation in a language: the comment above it and its lines.

    ``equations`` are what it computes; a function that equations call computes none.
    """

    comment: str
    lines: tuple[str, ...]
    equations: tuple[Equation, ...] = ()
