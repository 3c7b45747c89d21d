"""Statements out of the parser's pieces, from the inside out, so that nothing recurses."""

from __future__ import annotations

from fractions import Fraction

from lark import Token, Transformer, v_args

from symrnn.cellfile.nodes import (CallNode, CellName, Constant, Declaration, Declarations, Depth,
                                   EquationLine, NameNode, Node, NumberNode, OperatorNode, Outputs,
                                   PowerNode, Prose, Statement, Word)
from symrnn.program import RULE, is_name, meant, quoted, unfit

MAX_PROSE = 500
CHAINS = ({"+", "-"}, {"*", "/"})  # operators that go on side by side
MAX_DEPTH = 40
MAX_HEIGHT = 80  # terms in a row, and whatever is nested in them
MAX_DIGITS = 20
MAX_POWER_OF_TEN = 30
MAX_EXPONENT = 8


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

    def declaration(self, name: Token, *rest: Token | None) -> Declaration:
        *axes, minus, value, meaning = rest
        begins = None if value is None else number(value)
        return Declaration(word(name), tuple(word(axis) for axis in axes if axis is not None),
                           "" if meaning is None else prose(meaning),
                           -begins if begins and minus else begins)

    def constant(self, keyword: Token, name: Token, minus: Token | None, value: Token) -> Constant:
        return Constant(word(name), -number(value) if minus else number(value))

    def outputs(self, keyword: Token, *names: Token) -> Outputs:
        return Outputs(tuple(map(word, names)))

    def equation(self, name: Token, step: int, formula: Node) -> EquationLine:
        if step:
            raise Refused(f"define {quoted(name + '[t]')}, not another step", start(name))
        return EquationLine(word(name), formula)

    def step(self, time: Token, sign: Token | None, count: Token | None) -> int:
        if time != "t":
            raise Refused(f"{quoted(str(time))} is no step; write [t] or [t-1]", start(time))
        if sign is None or count is None:
            return 0
        if count != "1":
            raise Refused("a step is [t], [t-1] or [t+1]; carry h further by an equation such as "
                          "'q[t] = h[t-1]', then read 'q[t-1]'", start(count))
        return 1 if sign == "+" else -1

    def binary(self, left: Node, operator: Token, right: Node) -> Node:
        return operation(operator, left, right)

    product = binary

    def product_of_negative(self, left: Node, at: Token, minus: Token, right: Node) -> Node:
        return operation(at, left, operation(minus, right))

    def negative(self, minus: Token, operand: Node) -> Node:
        return operation(minus, operand)

    def transpose(self, operand: Node, mark: Token) -> Node:
        return OperatorNode(start(mark), deeper(start(mark), operand), "'", (operand,))

    def power(self, base: Node, mark: Token, minus: Token | None, exponent: Token) -> Node:
        value = number(exponent)
        if value.denominator != 1 or not 1 <= value <= MAX_EXPONENT:
            raise Refused(f"an exponent is a whole number from 1 to {MAX_EXPONENT} or its "
                          f"negative; for roots there is sqrt", start(exponent))
        return PowerNode(start(mark), deeper(start(mark), base), base,
                         -int(value) if minus else int(value))

    def number(self, value: Token) -> Node:
        return NumberNode(start(value), Depth(), number(value))

    def name(self, name: Token) -> Node:
        return NameNode(start(name), Depth(), word(name).text, None)

    def read(self, name: Token, step: int) -> Node:
        return NameNode(start(name), Depth(), word(name).text, step)

    def call(self, function: Token, *arguments: Node) -> Node:
        return CallNode(start(function), deeper(start(function), *arguments), word(function).text,
                        arguments)


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
