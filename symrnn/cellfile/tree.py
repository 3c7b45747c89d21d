"""Statements out of the parser's pieces, from the inside out, so that nothing recurses."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from lark import Token, Transformer, v_args

from symrnn.authoring.symbols import MOST_STEPS
from symrnn.cellfile.nodes import (CallNode, CellName, ComparisonNode, Constant, ConstantArray,
                                   Declaration, Declarations, Depth, End, EquationLine, NameNode,
                                   Node, NumberNode, OperatorNode, Outputs, PowerNode, Prose,
                                   Repeat, SizeLine, Statement, Substep, Word)
from symrnn.program import RULE, is_name, meant, quoted, unfit

MAX_PROSE = 500
CHAINS = ({"+", "-"}, {"*", "/"})  # operators that go on side by side
MAX_DEPTH = 40
MAX_HEIGHT = 80  # terms in a row, and whatever is nested in them
MAX_DIGITS = 20
MAX_COUNT = 100  # of substeps, and of steps back
MAX_POWER_OF_TEN = 30
Moment = tuple[int, Substep | None]


class Refused(Exception):
    """A piece that breaks a limit, before it is known which file it stands in."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.message, self.at = message, at


@v_args(inline=True)
class Tree(Transformer[Token, tuple[Statement, ...]]):
    """One short method a rule of the grammar."""

    def file(self, *statements: Statement) -> tuple[Statement, ...]:
        return statements

    def cell(self, keyword: Token, name: Token) -> CellName:
        return CellName(word(name))

    def prose(self, what: Token, text: Token) -> Prose:
        return Prose(word(what), prose(text))

    def declarations(self, role: Token, *members: Declaration) -> Declarations:
        return Declarations(str(role), members)

    def declaration(self, name: Token, *rest: Any) -> Declaration:
        *given, minus, value, drawn, meaning = rest
        begins = None if value is None else number(value)
        axes = [one if isinstance(one, tuple) else (None, word(one))
                for one in given if one is not None]
        return Declaration(word(name), tuple(axis for _, axis in axes),
                           "" if meaning is None else prose(meaning),
                           -begins if begins and minus else begins,
                           tuple(index for index, _ in axes), drawn)

    def constant(self, keyword: Token, name: Token, minus: Token | None, value: Token) -> Constant:
        return Constant(word(name), -number(value) if minus else number(value))

    def index(self, name: Token, axis: Token) -> tuple[Word, Word]:
        return word(name), word(axis)

    def constant_array(self, keyword: Token, name: Token, *rest: Any) -> ConstantArray:
        *indices, formula, meaning = rest
        return ConstantArray(word(name), tuple(indices), formula,
                             "" if meaning is None else prose(meaning))

    def size(self, keyword: Token, name: Token, formula: Node, meaning: Token | None) -> SizeLine:
        return SizeLine(word(name), formula, "" if meaning is None else prose(meaning))

    def repeat(self, keyword: Token, name: Token, first: Token, to: Token, last: Token) -> Repeat:
        return Repeat(word(name), whole(first), whole(last))

    def end(self, keyword: Token) -> End:
        return End(start(keyword))

    def outputs(self, keyword: Token, *names: Token) -> Outputs:
        return Outputs(tuple(map(word, names)))

    def equation(self, name: Token, moment: Moment, formula: Node) -> EquationLine:
        step, substep = moment
        if step:
            raise Refused(f"define {quoted(name + '[t]')}, not another step", start(name))
        return EquationLine(word(name), formula, substep)

    def moment(self, step: int, substep: Substep | None) -> Moment:
        return step, substep

    def substep(self, first: Token, sign: Token | None = None, shift: Token | None = None
                ) -> Substep:
        if first.type == "NUMBER":
            return Substep(start(first), "", whole(first))
        count = 0 if shift is None else whole(shift)
        return Substep(start(first), str(first), -count if sign == "-" else count)

    def step(self, time: Token, sign: Token | None, count: Token | None) -> int:
        if time != "t":
            raise Refused(f"{quoted(str(time))} is no step; write [t] or [t-1]", start(time))
        if sign is None or count is None:
            return 0
        steps = whole(count)
        if steps > MOST_STEPS:
            raise Refused(f"[{time}{sign}{count}] is more than {MOST_STEPS} steps away",
                          start(count))
        return steps if sign == "+" else -steps

    def binary(self, left: Node, operator: Token, right: Node) -> Node:
        return operation(operator, left, right)

    product = binary

    def product_of_negative(self, left: Node, at: Token, minus: Token, right: Node) -> Node:
        return operation(at, left, operation(minus, right))

    def negative(self, minus: Token, operand: Node) -> Node:
        return operation(minus, operand)

    def transpose(self, operand: Node, mark: Token) -> Node:
        return OperatorNode(start(mark), deeper(start(mark), operand), "'", (operand,))

    def power(self, base: Node, mark: Token, minus: Token | None, exponent: Node) -> Node:
        if minus:
            exponent = operation(minus, exponent)
        return PowerNode(start(mark), deeper(start(mark), base, exponent), base, exponent)

    def comparison(self, left: Node, mark: Token, right: Node) -> Node:
        return ComparisonNode(start(mark), deeper(start(mark), left, right), str(mark), left,
                              right)

    def number(self, value: Token) -> Node:
        return NumberNode(start(value), Depth(), number(value))

    def name(self, name: Token) -> Node:
        return NameNode(start(name), Depth(), word(name).text, None)

    def read(self, name: Token, moment: Moment) -> Node:
        step, substep = moment
        if step and substep is not None:
            raise Refused("a substep is read in its own step alone; give what it leads to an "
                          "equation, 'h[t] = v[t,6]'", start(name))
        return NameNode(start(name), Depth(), word(name).text, step, substep)

    def call(self, function: Token, *arguments: Node) -> Node:
        return CallNode(start(function), deeper(start(function), *arguments), word(function).text,
                        arguments)


def whole(token: Token) -> int:
    """A whole number that is no larger than a loop or a delay can be."""
    value = number(token)
    if value.denominator != 1 or value > MAX_COUNT:
        raise Refused(f"{quoted(str(token))} is no whole number up to {MAX_COUNT}", start(token))
    return int(value)


def start(token: Token) -> int:
    """Where a token starts in the text."""
    return token.start_pos or 0


def word(token: Token) -> Word:
    """A name of bearable length; the star of a pattern is none of it."""
    if not is_name(str(token).removesuffix("*")):
        raise Refused(f"{quoted(str(token))} is no name; {RULE}", start(token))
    return Word(str(token), start(token))


def prose(token: Token) -> str:
    """A quoted text, of characters that every document can print."""
    text = str(token)[1:-1]
    if len(text) > MAX_PROSE:
        raise Refused(f"a text has at most {MAX_PROSE} characters", start(token))
    if (found := unfit(text)) is not None:
        raise Refused(found[1], start(token) + 1 + found[0])
    return text.strip()


def number(token: Token) -> Fraction:
    """A number as it is written, exact; a float's digits are the fraction that was meant."""
    digits, _, exponent = str(token).lower().partition("e")
    if len(digits) > MAX_DIGITS or len(exponent) > 5 or abs(int(exponent or 0)) > MAX_POWER_OF_TEN:
        raise Refused(f"a number has at most {MAX_DIGITS} digits and an exponent of at most "
                      f"{MAX_POWER_OF_TEN}", start(token))
    return meant(Fraction(str(token)))


def operation(operator: Token, *operands: Node) -> Node:
    """An operator between or before its operands."""
    at, first = start(operator), operands[0]
    goes_on = (len(operands) == 2 and isinstance(first, OperatorNode)
               and any({str(operator), first.operator} <= chain for chain in CHAINS))
    return OperatorNode(at, deeper(at, *operands, goes_on=goes_on), str(operator), operands)


def deeper(at: int, *inside: Node, goes_on: bool = False) -> Depth:
    """The depth of a formula around others; one that goes on with a sum is no deeper than it."""
    first, *rest = (one.depth for one in inside)
    nested = max([first.nested + (not goes_on), *(one.nested + 1 for one in rest)])
    height = 1 + max(first.height, *(one.height for one in rest), 0)
    if nested > MAX_DEPTH:
        raise Refused(f"the formula is nested more than {MAX_DEPTH} deep; give a part of it an "
                      f"equation of its own", at)
    if height > MAX_HEIGHT:
        raise Refused(f"the formula has more than {MAX_HEIGHT} terms in a row; give some of them "
                      f"an equation of their own", at)
    return Depth(nested, height)
