"""A loop tree as C: one short rule for each kind of node, parentheses by precedence."""

from __future__ import annotations

from collections.abc import Sequence

from symrnn.backends.c_math import CPrinter
from symrnn.backends.lines import (BREAK, EMPTY, INNER, WIDTH, Line, Lines, closed, deeper, flat,
                                    remark, together)
from symrnn.backends.text import TextPrinter
from symrnn.loops import (BFLOAT16, INT, INT8, ONE, REAL, SIZE, AddressOf, Argument, Assign, At,
                          Barrier, Binary, Block, Body, Call, Cast, Choose, Computed, Declare,
                          Element, Expression, Field, For, Formula, Function, If, Inside, Macro,
                          Member, Name, Not, Pointer, Return, Run, Scalar, Section, Size, Statement,
                          Struct, Type, Unused, Whole)

LEVEL = {"||": 1, "&&": 2, "&": 3, "==": 4, "!=": 4, "<": 5, "<=": 5, ">": 5, ">=": 5, "+": 6,
         "-": 6, "*": 7, "/": 7}
CHOICE, MOST, ATOM = 0, 8, 9
OPERATORS = ("+", "-", "&&", "||")  # in front of which a line may end


class TreeFormulas(CPrinter):
    """Formulas whose sums may go on in the next line."""

    gap = BREAK
    times = f"{INNER}* "

    def parenthesised(self, text: str) -> str:
        return closed(text)


class CTree:
    """Prints functions: ``formulas`` what they compute with, ``text`` their equations.

    ``conversions`` are what a file needs of the sections for number types of memory alone.
    """

    def __init__(self, formulas: CPrinter, text: TextPrinter, real: str) -> None:
        self.formulas, self.text = formulas, text
        self.conversions: set[str] = set()
        self.scalars = {REAL: real, SIZE: "size_t", INT: "int", BFLOAT16: "uint16_t",
                        INT8: "int8_t"}

    def signature(self, function: Function, end: str = "", front: str = "") -> Lines:
        """``void lstm_forward(``, then the arguments, in one line where they fit.

        A prototype has an ``end``, a function of one file ``static`` in front.
        """
        result = "void" if function.result is None else self.type(function.result)
        arguments = f",{BREAK}".join(map(self.argument, function.arguments))
        head, tail = f"{front}{result} {function.name}(", f"{arguments}){end}"
        if len(head) + len(tail) <= WIDTH:
            return (Line(f"{head}{flat(tail)}"),)
        return Line(head), Line(tail, depth=1, hang="")

    def argument(self, one: Argument) -> str:
        """``const lstm_sizes *sizes``."""
        return self.declared(one.type, one.name)

    def body(self, body: Body) -> Lines:
        """Statements, line by line."""
        return tuple(line for one in body for line in self.statement(one))

    def inside(self, body: Body) -> Lines:
        """Statements inside braces, the first one right below the first of these."""
        lines = self.body(body)
        return deeper(lines[lines[:1] == (EMPTY,):])

    def statement(self, one: Statement) -> Lines:
        """One statement."""
        match one:
            case Declare():
                return (Line(self._declare(one)),)
            case Assign():
                return (Line(self._assign(one)),)
            case For():
                return self._nest(self._loop(one), one.body)
            case If(condition, body):
                return self._nest(f"if ({self(condition)})", body)
            case Run(call):
                return (Line(f"{self(call)};"),)
            case Unused(name):
                return (Line(f"(void){name.text};"),)
            case Return(value):
                return (Line(f"return {self(value)};"),)
            case Block(body):
                return (Line("{"), *self.inside(body), Line("}"))
            case Section(title, body):
                return (EMPTY, *([remark(title)] if title else []), *self.body(body))
            case Computed(equations, body):
                return (EMPTY, *(remark(self.text.comment(one)) for one in equations),
                        *self.body(body))
            case Barrier():
                return (Line("BARRIER"),)
        raise TypeError(f"C has no {type(one).__name__}")

    def __call__(self, node: Expression, level: int = CHOICE) -> str:
        """An expression, in parentheses if it binds weaker than ``level``."""
        own, text = self.expression(node)
        return closed(text) if own < level else text

    def listed(self, some: Sequence[Expression]) -> str:
        """Expressions side by side; each stays together where it is short."""
        return f",{BREAK}".join(together(self(one)) for one in some)

    def type(self, of: Type) -> str:
        """A type that stands before a name."""
        match of:
            case Struct(name):
                return name
            case Pointer(to, const, restrict, fixed):
                return (f"{'const ' * const}{self.type(to)} *{'restrict' * restrict}"
                        f"{'const' * fixed}")
        if not isinstance(of, Scalar) or of not in self.scalars:
            raise TypeError(f"this C has no type {of}")
        return self.scalars[of]

    def declared(self, of: Type, name: str) -> str:
        """A type and the name that it is given to: ``const real *x``, ``size_t T``."""
        close = isinstance(of, Pointer) and not (of.restrict or of.fixed)
        return f"{self.type(of)}{'' if close else ' '}{name}"

    def _declare(self, one: Declare) -> str:
        const = "const " * (one.constant and not isinstance(one.type, Pointer))
        value = "" if one.value is None else f" ={BREAK}{together(self(one.value))}"
        note = f" /* {one.note} */".replace(" ", INNER) if one.note else ""
        return f"{const}{self.declared(one.type, one.name)}{value};{note}"

    def _assign(self, one: Assign) -> str:
        """To what is stored as another type goes the number of that type."""
        target, kind = one.target, _type_at(one.target)
        if not kind.stored:
            return f"{self(target)} {one.operator}{BREAK}{self(one.value)};"
        value = one.value if one.operator == "=" else Binary(one.operator[0], target, one.value)
        return f"{self._place(target)} ={BREAK}{self._converted('to', kind, self(value))};"

    def _converted(self, way: str, kind: Scalar, text: str) -> str:
        self.conversions.add(f"{way}_{kind.name}")
        return f"{way}_{kind.name}{closed(text)}"

    def _place(self, node: Expression) -> str:
        """Where an entry lies, whatever its type."""
        match node:
            case At(array, offset):
                return f"{self(array, ATOM)}[{self(offset)}]"
            case Element(array):
                return f"{array.text}[{self(node.offset)}]"
        return self(node, ATOM)

    def _loop(self, one: For) -> str:
        i, stop = one.index, self(one.stop)
        start, step = self(one.start), self(one.step)
        if one.reverse:
            return f"for (size_t {i} = {stop}; {i}-- > {start};)"
        further = f"++{i}" if one.step == ONE else f"{i} += {step}"
        return f"for (size_t {i} = {start}; {i} < {stop}; {further})"

    def _nest(self, head: str, body: Body) -> Lines:
        """A loop or condition around statements; braces only where one line would not do."""
        lines = self.inside(body)
        if is_bare(body):
            return (Line(head), *lines)
        return (Line(f"{head} {{"), *lines, Line("}"))

    def expression(self, node: Expression) -> tuple[int, str]:
        """How strongly an expression binds, and its text."""
        match node:
            case Name(text) | Macro(text) | Size(_, text):
                return ATOM, text
            case Whole(value):
                return ATOM, str(value)
            case Binary():
                return LEVEL[node.operator], self._binary(node)
            case Choose(condition, then, otherwise):
                return CHOICE, (f"{self(condition, 1)}{BREAK}? {self(then, 1)}"
                                f"{BREAK}: {self(otherwise)}")
            case Member(of, field):
                return ATOM, f"{self(of, ATOM)}->{field}"
            case Inside(index):
                return self.expression(index)
            case At() | Element():
                kind, place = node.type, self._place(node)
                return ATOM, self._converted("from", kind, place) if kind.stored else place
            case Not(of):
                return MOST, f"!{self(of, ATOM)}"
            case AddressOf(of):
                return MOST, f"&{self._place(of)}"
            case Field(of, field):
                return ATOM, f"{self(of, ATOM)}.{field}"
            case Cast(kind, value):
                inside = self(value) if isinstance(value, Name) else closed(self(value))
                return ATOM, f"({self.scalars[kind]}){inside}"
            case Call(function, arguments):
                return ATOM, f"{function}{closed(self.listed(arguments))}"
            case Formula():
                return MOST, self._formula(node)
        raise TypeError(f"C has no {type(node).__name__}")

    def _binary(self, node: Binary) -> str:
        """Two sides; a product of sizes needs no parentheses, ``&`` has them for the reader."""
        level = MOST if node.operator == "&" else LEVEL[node.operator]
        product = isinstance(node.right, Binary) and node.operator == node.right.operator == "*"
        right = level + (not product)
        gap = BREAK if node.operator in OPERATORS else INNER
        return f"{self(node.left, level)}{gap}{node.operator} {self(node.right, right)}"

    def _formula(self, node: Formula) -> str:
        self.formulas.elements = {name: self(one, ATOM) for name, one in node.operands}
        return self.formulas(node.expression)


def _type_at(target: Expression) -> Scalar:
    return target.type if isinstance(target, Element | At) else REAL


def is_bare(body: Body) -> bool:
    """True for one statement that needs no braces: a simple one, or a loop around such."""
    if len(body) != 1:
        return False
    match body[0]:
        case For(body=within):
            return is_bare(within)
        case Assign() | Run() | Return():
            return True
    return False

