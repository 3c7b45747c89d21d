"""How an equation reads in a document: its terms, its products, its sums, its rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sympy import Expr

from symrnn.backends.document_math import FormulaPrinter, index_letters
from symrnn.backends.entries import by_entry, by_index, operand_letters, shown_letters
from symrnn.backends.formula import (TIMES, Big, Formula, Number, Parens, Row, Scripts, Sign, Sum,
                                     side_by_side)
from symrnn.backends.printer import PRODUCT
from symrnn.backends.products import matrix_product
from symrnn.backends.spelling import Spelling
from symrnn.program import (Ein, Equation, Maximum, Program, contraction_term,
                            indices_in_order, negated, terms)

LINE = 66  # printed characters that fit on a line


@dataclass(frozen=True)
class Shown:
    """An equation: its left-hand side and the terms, in rows where they are long."""

    left: Formula
    rows: tuple[Sum, ...]
    number: int | None

    @property
    def right(self) -> Sum:
        """The terms of all rows."""
        return Sum(tuple(term for row in self.rows for term in row.terms))


def held(formula: Formula) -> Formula:
    """A formula in parentheses, where it has none around it already."""
    return formula if isinstance(formula, Parens) else Parens(formula)


class DocumentPrinter(FormulaPrinter):
    """Makes formulas of the expressions and the equations of one program."""

    def term(self, term: Expr, lhs: str) -> Formula:
        """One term of the right-hand side of ``lhs``; its sign, if it has one, stands in front."""
        positive = negated(term)
        if positive is not None:
            return Sum((("-", self.term(positive, lhs)),))
        found = contraction_term(term)
        if found is None:
            return self(term, PRODUCT)
        factor, ein = found
        sums = self._over_steps(ein, lhs)
        shown = (*sums, self.contraction(ein))
        return Row(shown if factor == 1 else (self(factor, PRODUCT), Sign(TIMES), *shown))

    def _over_steps(self, ein: Ein, lhs: str) -> tuple[Formula, ...]:
        """A sum over steps where the left-hand side does not vary over those of the operands."""
        widest = max(self.program[one.name].span for one in ein.operands)
        return (Big("sum", index_letters("t")),) if widest > self.program[lhs].span else ()

    def contraction(self, ein: Ein) -> Formula:
        """``W x``, ``W^T a``, ``a x^T``, else a sum over indices."""
        letters, names = ein.letters, [self.symbol(one.name) for one in ein.operands]
        shown = shown_letters(letters, self.letters)
        if isinstance(ein, Maximum):
            return Row((Big("max", index_letters(letters.summed.translate(shown))),
                        _entry(names[0], letters.operands[0].translate(shown))))
        product = matrix_product(letters)
        if product is not None:
            return side_by_side([self.transposed(ein.operands[one.slot].name) if one.transposed
                                 else names[one.slot] for one in product], TIMES)
        if not by_index(ein):
            return self.joined(ein.operands)
        indexed = side_by_side([
            _entry(name, part.translate(shown))
            for name, part in zip(names, letters.operands, strict=True)], TIMES)
        if not letters.summed:
            return indexed
        return Row((Big("sum", index_letters(letters.summed.translate(shown))), indexed))

    def left(self, equation: Equation) -> Formula:
        """The left-hand side; with indices where the right-hand side has them."""
        return self.entries(equation).symbol(equation.lhs)

    def entries(self, equation: Equation) -> DocumentPrinter:
        """What prints both sides: by their entries where whole arrays would not tell which meet."""
        if not by_entry(self.program, equation):
            return self
        axes = self.program[equation.lhs].axes
        return _EntryPrinter(self, axes, self.letters[:len(axes)])

    def signed_terms(self, equation: Equation) -> tuple[tuple[str, Formula], ...]:
        """The terms of a right-hand side, each with its sign."""
        own = self.entries(equation)
        return self.signed(terms(equation.rhs), lambda term: own.term(term, equation.lhs)
                           ) or (("", Number("0")),)

    def whole(self, equation: Equation) -> Shown:
        """The equation on one line; a part that stands for its formula has its own symbol."""
        variable, left = self.program[equation.lhs], self.left(equation)
        if variable.stands_for is not None:
            entry = self.entries(equation) is not self
            left = _entry(self.glyph(equation.lhs), self.letters[:len(variable.axes)] * entry)
        return Shown(left, (Sum(self.signed_terms(equation)),), equation.number)

    def equation(self, equation: Equation) -> Shown:
        """The equation, broken between terms where it is long."""
        return broken(self.left(equation), self.signed_terms(equation), equation.number)


class _EntryPrinter(DocumentPrinter):
    """Prints one entry of what another prints as whole arrays: its indices along some axes."""

    by_entry = True

    def __init__(self, whole: DocumentPrinter, axes: tuple[str, ...], letters: str) -> None:
        super().__init__(whole.program)
        self.letters = whole.letters
        self._whole, self._axes, self._letters = whole, axes, letters

    def symbol(self, name: str) -> Formula:
        """An entry of a variable, at the places of its axes among all."""
        variable = self.program[name]
        letters = operand_letters(variable, self._axes, self._letters)
        if variable.stands_for is not None:
            return _EntryPrinter(self._whole, variable.axes, letters)(variable.stands_for, PRODUCT)
        return _entry(self._whole.symbol(name), letters)

    def contraction(self, ein: Ein) -> Formula:
        shown = self._whole.contraction(ein)
        if by_index(ein):
            return shown
        if matrix_product(ein.letters) is None:
            return self.joined(ein.operands)
        return _entry(shown, self.letters[:len(ein.letters.output)])


def _entry(shown: Formula, letters: str) -> Formula:
    """An entry of a formula, with its indices in these letters."""
    return Scripts(held(shown), sub=index_letters(letters)) if letters else shown


def broken(left: Formula, found: Iterable[tuple[str, Formula]],
           number: int | None = None) -> Shown:
    """An equation in as many rows as its terms need."""
    rows, width = list[list[tuple[str, Formula]]]([[]]), left.width + 2
    for sign, term in found:
        own = len(sign) + term.width
        if rows[-1] and width + own > LINE:
            rows.append([])
            width = 2
        rows[-1].append((sign, term))
        width += own + 2
    return Shown(left, tuple(Sum(tuple(row)) for row in rows), number)


def printed(program: Program) -> list[Equation]:
    """The equations that readers see; a part that stands for its formula is put in elsewhere."""
    return [one for one in program.equations if program[one.lhs].stands_for is None]


def counts(program: Program) -> bool:
    """True where an equation reads an index as a number, which readers may count from 1."""
    return any(indices_in_order(one.rhs) for one in printed(program))


class SpelledPrinter:
    """Prints expressions, symbols and equations of one program in a language."""

    spelling: Spelling

    def __init__(self, program: Program) -> None:
        self.document = DocumentPrinter(program)

    def __call__(self, expression: Expr) -> str:
        return self.spelling(self.document(expression))

    def symbol(self, name: str) -> str:
        """What stands for a variable: its letter, or the formula in place of it."""
        return self.spelling(self.document.symbol(name))

    def glyph(self, name: str) -> str:
        """The letter of a variable with its indices."""
        return self.spelling(self.document.glyph(name))

    def called(self, function: Expr) -> str:
        """The name of a function."""
        return self.spelling(self.document.called(function))

    def right_hand_side(self, equation: Equation) -> str:
        """The terms of an equation on one line."""
        return self.spelling.terms(self.document.equation(equation).right)
