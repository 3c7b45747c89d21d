"""How a pointwise formula reads in a document: the paper's symbols in the author's order.

Everything that readers of LaTeX, of a page and of a PDF see is decided here and in
``document.py``, once. The result is a tree (``formula.py``), which each language spells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from sympy import Abs, And, Expr, Mul, NumberSymbol, Piecewise, Pow, Rational, exp
from sympy.core.relational import Relational
from sympy.logic.boolalg import BooleanTrue

from symrnn.backends.entries import letters_of
from symrnn.backends.formula import (APART, DOT, HADAMARD, TIMES, TRANSPOSED, Bars, Call, Cases,
                                     Formula, Fraction, Function, Number, Parens, Partial, Root,
                                     Row, Scripts, Sign, Sum, Symbol, Text, closed, side_by_side)
from symrnn.backends.printer import (AND, ATOM, COMPARE, OR, POWER, PRODUCT, SUM, Walker,
                                     over_and_under, power_of_ten)
from symrnn.program import (ACTIVATIONS, Glyph, IndexSymbol, Pointwise, Program, SizeSymbol, Span,
                            Variable, is_call, is_variable, named_choice, negated, symbols_in_order,
                            terms)

COMPARISON = {"<=": "≤", ">=": "≥", "<": "<", ">": ">", "==": "=", "!=": "≠"}
LOSS = Glyph.named("L")  # what a bar is the derivative of; a second loss has a tilde
DOTS = {"dot": "·", "ddot": "··", "dddot": "···"}  # behind a formula: its change


class FormulaPrinter(Walker[Formula]):
    """Makes formulas of the pointwise expressions of one program."""

    writes_powers = True
    by_entry = False  # whether symbols are numbers, which need no sign to multiply

    def __init__(self, program: Program) -> None:
        self.program, self.letters = program, letters_of(program)
        self._glyphs: dict[tuple[str, bool], Formula] = {}

    def parenthesised(self, text: Formula) -> Formula:
        return Parens(text)

    # Symbols

    def symbol(self, name: str) -> Formula:
        """What stands for a variable: its letter, or the formula in place of it."""
        shown = self._in_place_of(name)
        return self.glyph(name) if shown is None else shown

    def glyph(self, name: str, transposed: bool = False) -> Formula:
        """The letter of a variable with its indices; the mark of a transpose joins the others."""
        found = self._glyphs.get((name, transposed))
        if found is None:
            variable = self.program[name]
            time = "t" if variable.span is Span.SEQUENCE else ""
            found = Symbol(variable.glyph, time, name, transposed)
            self._glyphs[name, transposed] = found
        return found

    def transposed(self, name: str) -> Formula:
        """A transposed operand."""
        shown = self._in_place_of(name)
        if shown is not None:
            return Scripts(Parens(shown), sup=Symbol(TRANSPOSED))
        return self.glyph(name, transposed=True)

    def _in_place_of(self, name: str) -> Formula | None:
        """The formula that stands in place of a name, or of the name that this one belongs to."""
        variable = self.program[name]
        if variable.stands_for is not None:
            return self(variable.stands_for, PRODUCT)
        if not variable.glyph.accents or variable.of not in self.program:
            return None
        inner = self._in_place_of(variable.of)
        return None if inner is None else self._marked(inner, variable)

    def _marked(self, inner: Formula, variable: Variable) -> Formula:
        """What belongs to a formula without a letter: its change, or the loss's derivative by it.

        What one equation alone sends to that derivative has a mark of this equation.
        """
        of, accent = self.program[variable.of], variable.glyph.accents[-1]
        if accent in DOTS:
            return Scripts(Parens(inner), sup=Symbol(Glyph.marks(DOTS[accent]), name=variable.name))
        loss = LOSS if accent == "bar" else replace(LOSS, accents=(accent,))
        whole = Partial(Symbol(loss), inner, variable.name)
        if variable.glyph.sup == of.glyph.sup:
            return whole
        time = index_letters("t") if variable.span > of.span else None
        return Scripts(Parens(whole), time, Symbol(variable.glyph.sup[-1]))

    def _symbol(self, node: Expr) -> tuple[int, Formula]:
        return ATOM, self.symbol(node.name)

    def _size(self, node: SizeSymbol) -> tuple[int, Formula]:
        return ATOM, self.size(node.name)

    def size(self, name: str) -> Formula:
        """A size."""
        return Symbol(self.program.size(name).glyph, name=name)

    def _index(self, node: IndexSymbol) -> tuple[int, Formula]:
        return ATOM, index_letters(self.letters[node.place])

    # Numbers

    def _rational(self, node: Rational) -> tuple[int, Formula]:
        if node < 0:
            return SUM, Sum((("-", self._number(-node)[1]),))
        return self._number(node)

    def _number(self, value: Rational) -> tuple[int, Formula]:
        found = power_of_ten(value)
        if found is not None:
            digits, exponent = found
            raised = Scripts(Number("10"), sup=self(Rational(exponent)))
            return (POWER, raised) if digits == 1 else (
                PRODUCT, side_by_side([Number(str(digits)), raised], DOT))
        if value.q == 1:
            return ATOM, Number(str(value.p))
        return ATOM, Fraction(Number(str(value.p)), Number(str(value.q)), small=True)

    def _irrational(self, node: NumberSymbol) -> tuple[int, Formula]:
        return ATOM, Symbol(Glyph.named("pi" if str(node) == "pi" else "e"))

    # Sums, products and powers

    def signed(self, found: Iterable[Expr], shown: Callable[[Expr], Formula]
               ) -> tuple[tuple[str, Formula], ...]:
        """Terms, each behind its sign."""
        made: list[tuple[str, Formula]] = []
        for term in found:
            positive = negated(term)
            sign = "-" if positive is not None else "+" if made else ""
            made.append((sign, shown(term if positive is None else positive)))
        ended = closed([formula for _, formula in made])
        return tuple((sign, formula) for (sign, _), formula in zip(made, ended, strict=True))

    def _sum(self, node: Expr) -> tuple[int, Formula]:
        return SUM, Sum(self.signed(terms(node), lambda term: self(term, PRODUCT)))

    def _product(self, node: Mul) -> tuple[int, Formula]:
        positive = negated(node)
        if positive is not None:
            return SUM, Sum((("-", self(positive, PRODUCT)),))
        above, below = over_and_under(node)
        if not below:
            return PRODUCT, self.joined(above)
        return PRODUCT, Fraction(self._line(above), self._line(below))

    def _line(self, parts: Sequence[Expr]) -> Formula:
        """What stands above or below the line, which holds it together."""
        if not parts:
            return Number("1")
        return self(parts[0]) if len(parts) == 1 else self.joined(parts)

    def joined(self, parts: Sequence[Expr]) -> Formula:
        """Factors side by side; vectors multiply element by element."""
        shown: list[Formula] = []
        before = False
        for part, formula in zip(parts, closed([self(part, PRODUCT) for part in parts]),
                                 strict=True):
            vector = not self.by_entry and any(
                self.program[name].axes for name in symbols_in_order(part))
            if shown:
                shown.append(Sign(HADAMARD if vector and before else TIMES))
            shown.append(formula)
            before = before or vector
        return Row(tuple(shown)) if len(shown) > 1 else shown[0]

    def _power(self, node: Pow) -> tuple[int, Formula]:
        call = self._call_behind(node.base)
        if call is not None and node.exp.is_Integer and node.exp > 0:
            return POWER, Call(self._raised(self.called(call), node.exp),
                               Parens(self(call.args[0])))
        _, below = over_and_under(node)
        if below:
            return PRODUCT, Fraction(Number("1"), self(below[0]))
        if node.exp == Rational(1, 2):
            return ATOM, Root(self(node.base))
        return POWER, self._raised(self(node.base, ATOM), node.exp)

    def _raised(self, base: Formula, exponent: Expr) -> Formula:
        """A power; what carries a superscript already is put in parentheses."""
        if isinstance(base, Scripts) and base.sup is None:
            return replace(base, sup=self(exponent))
        return Scripts(Parens(base) if _has_superscript(base) else base, sup=self(exponent))

    def _call_behind(self, base: Expr) -> Expr | None:
        """The call whose name carries the power: tanh squared of x."""
        if is_variable(base):
            base = self.program[base.name].stands_for
        named = base is not None and is_call(base) and not isinstance(base, Abs | exp)
        return base if named else None

    # Functions and choices

    def _call(self, node: Expr) -> tuple[int, Formula]:
        if isinstance(node, Pointwise) and node.activation.is_power:
            return POWER, self._raised(self(node.args[0], ATOM), node.args[1])
        if isinstance(node, Abs):
            return ATOM, Bars(self(node.args[0]))
        return ATOM, Call(self.called(node), Parens(self(node.args[0])))

    def called(self, function: Expr) -> Formula:
        """The name of a function, its constant parameters as indices."""
        name = function.func.__name__
        if not isinstance(function, Pointwise):
            return Function(ACTIVATIONS[name].glyph if name in ACTIVATIONS else
                            Glyph.upright(name))
        own = Function(function.activation.glyph.standing())
        constants = [Number(_decimal(one)) for one in function.args[1:]]
        return Scripts(own, sub=side_by_side([*constants], APART)) if constants else own

    def _cases(self, node: Piecewise) -> tuple[int, Formula]:
        named = named_choice(node)
        if named is not None:
            return ATOM, self._named(*named)
        *rows, last = node.args
        return ATOM, Cases(tuple((self(value), self(condition)) for value, condition in rows),
                           self(last[0]))

    def _named(self, name: str, arguments: Sequence[Expr]) -> Formula:
        """A maximum, a minimum or a magnitude."""
        shown = [self(argument) for argument in arguments]
        if name == "abs":
            return Bars(shown[0])
        return Call(Function(Glyph.upright(name)), Parens(side_by_side(shown, APART)))

    def _relation(self, node: Relational) -> tuple[int, Formula]:
        left, right = (self(side, SUM) for side in node.args)
        return COMPARE, Row((left, Sign(COMPARISON[node.rel_op]), right))

    def _logic(self, node: Expr) -> tuple[int, Formula]:
        own, word = (AND, " and ") if isinstance(node, And) else (OR, " or ")
        first, *others = (self(part, COMPARE) for part in sorted(node.args, key=str))
        return own, Row((first, *(one for part in others for one in (Text(word), part))))

    def _true(self, node: BooleanTrue) -> tuple[int, Formula]:
        return ATOM, Text("true")


def _decimal(value: Expr) -> str:
    """A parameter of a function: whole, decimal where that is exact, else a fraction."""
    number = float(value)
    if number.is_integer():
        return str(int(number))
    return str(number) if Rational(str(number)) == value else str(value)


def _has_superscript(base: Formula) -> bool:
    if isinstance(base, Call):
        return _has_superscript(base.function)
    return ((isinstance(base, Symbol) and bool(base.drawn.sup))
            or (isinstance(base, Scripts) and base.sup is not None))


def index_letters(part: str) -> Formula:
    """Letters of indices, between commas."""
    return side_by_side([Symbol(Glyph.marks(one)) for one in part], ",")
