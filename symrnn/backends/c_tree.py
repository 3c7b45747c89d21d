"""A loop tree as C: one short rule for each kind of node, parentheses by precedence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from symrnn.backends.c_math import CPrinter
from symrnn.backends.lines import (BREAK, EMPTY, INNER, WIDTH, Computing, Line, Lines, Part, closed,
                                   deeper, flat, remark, together)
from symrnn.backends.text import TextPrinter
from symrnn.loops import (BFLOAT16, FLOAT16, INT, INT8, ONE, REAL, SIZE, AddressOf, Argument,
                          Assign, At, Barrier, Binary, Block, Body, Call, Cast, Choose, Computed,
                          Declare, Element, Expression, Field, For, Formula, Function, If, Inside,
                          Macro, Member, Name, Not, Number, Pointer, Return, Run, Scalar, Section,
                          Size, Statement, Struct, Type, Unused, Whole)

LEVEL = {"||": 1, "&&": 2, "&": 3, "==": 4, "!=": 4, "<": 5, "<=": 5, ">": 5, ">=": 5, "+": 6,
         "-": 6, "*": 7, "/": 7}
CHOICE, MOST, ATOM = 0, 8, 9
STORED = {BFLOAT16: "uint16_t", FLOAT16: "uint16_t", INT8: "int8_t"}
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
        self.scalars = {REAL: real, SIZE: "size_t", INT: "int", **STORED}

    def signature(self, function: Function, end: str = "", front: str = "") -> Lines:
        """``void lstm_forward(``, then the arguments, in one line where they fit.

        A prototype has an ``end``, a function of one file ``static`` in front.
        """
        result = "void" if function.result is None else self.spelled(function.result)
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
        found: list[Part] = []
        for one in body:
            found += self.statement(one)
        return tuple(found)

    def inside(self, body: Body) -> Lines:
        """Statements inside braces, the first one right below the first of these."""
        lines = self.body(body)
        return deeper(lines[lines[:1] == (EMPTY,):])

    def statement(self, one: Statement) -> Lines:
        """One statement, by the rule for its kind."""
        rule = self.statements.get(type(one))
        if rule is None:
            raise TypeError(f"C has no {type(one).__name__}")
        return rule(self, one)

    def __call__(self, node: Expression, level: int = CHOICE) -> str:
        """An expression, in parentheses if it binds weaker than ``level``."""
        own, text = self.expression(node)
        return closed(text) if own < level else text

    def expression(self, node: Expression) -> tuple[int, str]:
        """How strongly an expression binds, and its text, by the rule for its kind."""
        rule = self.expressions.get(type(node))
        if rule is None:
            raise TypeError(f"C has no {type(node).__name__}")
        return rule(self, node)

    def listed(self, some: Sequence[Expression]) -> str:
        """Expressions side by side; each stays together where it is short."""
        return f",{BREAK}".join([together(self(one)) for one in some])

    def spelled(self, of: Type) -> str:
        """A type that stands before a name."""
        match of:
            case Struct(name):
                return name
            case Pointer(to, const, restrict, fixed):
                return (f"{'const ' * const}{self.spelled(to)} *{'restrict' * restrict}"
                        f"{'const' * fixed}")
        if not isinstance(of, Scalar) or of not in self.scalars:
            raise TypeError(f"this C has no type {of}")
        return self.scalars[of]

    def declared(self, of: Type, name: str) -> str:
        """A type and the name that it is given to: ``const real *x``, ``size_t T``."""
        close = isinstance(of, Pointer) and not (of.restrict or of.fixed)
        return f"{self.spelled(of)}{'' if close else ' '}{name}"

    def _declare(self, one: Declare) -> Lines:
        const = "const " * (one.constant and not isinstance(one.type, Pointer))
        value = "" if one.value is None else f" ={BREAK}{together(self(one.value))}"
        note = f" /* {one.note} */".replace(" ", INNER) if one.note else ""
        return (Line(f"{const}{self.declared(one.type, one.name)}{value};{note}"),)

    def _assign(self, one: Assign) -> Lines:
        """To what is stored as another type goes the number of that type."""
        target, kind = one.target, _type_at(one.target)
        if not kind.stored:
            return (Line(f"{self(target)} {one.operator}{BREAK}{self(one.value)};"),)
        value = one.value if one.operator == "=" else Binary(one.operator[0], target, one.value)
        return (Line(f"{self._place(target)} ={BREAK}{self._converted('to', kind, self(value))};"),)

    def _converted(self, way: str, kind: Number, text: str) -> str:
        self.conversions.add(f"{way}_{kind.name}")
        return f"{way}_{kind.name}{closed(text)}"

    def _place(self, node: Expression) -> str:
        """Where an entry lies, whatever its type."""
        if isinstance(node, At):
            return f"{self(node.array, ATOM)}[{self(node.offset)}]"
        if isinstance(node, Element):
            return f"{node.array.text}[{self(node.offset)}]"
        return self(node, ATOM)

    def _for(self, one: For) -> Lines:
        i, stop = one.index, self(one.stop)
        start, step = self(one.start), self(one.step)
        further = f"++{i}" if one.step == ONE else f"{i} += {step}"
        head = f"for (size_t {i} = {stop};{BREAK}{i}-- > {start};)" if one.reverse else \
            f"for (size_t {i} = {start};{BREAK}{i} < {stop};{BREAK}{further})"
        return self._nest(head, one.body)

    def _if(self, one: If) -> Lines:
        return self._nest(f"if ({self(one.condition)})", one.body)

    def _nest(self, head: str, body: Body) -> Lines:
        """A loop or condition around statements; braces only where one line would not do."""
        lines = self.inside(body)
        if is_bare(body):
            return (Line(head), *lines)
        return (Line(f"{head} {{"), *lines, Line("}"))

    def _run(self, one: Run) -> Lines:
        return (Line(f"{self(one.call)};"),)

    def _unused(self, one: Unused) -> Lines:
        return (Line(f"(void){one.name.text};"),)

    def _return(self, one: Return) -> Lines:
        return (Line(f"return {self(one.value)};"),)

    def _block(self, one: Block) -> Lines:
        return (Line("{"), *self.inside(one.body), Line("}"))

    def _section(self, one: Section) -> Lines:
        return (EMPTY, *([remark(one.comment)] if one.comment else []), *self.body(one.body))

    def _computed(self, one: Computed) -> Lines:
        comments = [remark(self.text.comment(each)) for each in one.equations]
        return (EMPTY, Computing(one.equations, (*comments, *self.body(one.body))))

    def _barrier(self, one: Barrier) -> Lines:
        return (Line("BARRIER" if one.part is None else f"MEET({one.part.text})"),)

    statements: ClassVar[dict[type, Callable[[Any, Any], Lines]]] = {
        Declare: _declare, Assign: _assign, For: _for, If: _if, Run: _run, Unused: _unused,
        Return: _return, Block: _block, Section: _section, Computed: _computed, Barrier: _barrier}

    def _word(self, node: Name | Macro | Size) -> tuple[int, str]:
        return ATOM, node.text

    def _whole(self, node: Whole) -> tuple[int, str]:
        return ATOM, str(node.value)

    def _binary(self, node: Binary) -> tuple[int, str]:
        """Two sides; a product of sizes needs no parentheses, ``&`` has them for the reader."""
        operator = node.operator
        own = LEVEL[operator]
        level = MOST if operator == "&" else own
        product = isinstance(node.right, Binary) and operator == node.right.operator == "*"
        gap = BREAK if operator in OPERATORS else INNER
        right = self(node.right, level if product else level + 1)
        return own, f"{self(node.left, level)}{gap}{operator} {right}"

    def _choose(self, node: Choose) -> tuple[int, str]:
        return CHOICE, (f"{self(node.condition, 1)}{BREAK}? {self(node.then, 1)}"
                        f"{BREAK}: {self(node.otherwise)}")

    def _member(self, node: Member) -> tuple[int, str]:
        return ATOM, f"{self(node.of, ATOM)}->{node.field}"

    def _inside(self, node: Inside) -> tuple[int, str]:
        return self.expression(node.index)

    def _entry(self, node: At | Element) -> tuple[int, str]:
        place = self._place(node)
        return ATOM, self._converted("from", node.type, place) if node.type.stored else place

    def _not(self, node: Not) -> tuple[int, str]:
        return MOST, f"!{self(node.of, ATOM)}"

    def _address_of(self, node: AddressOf) -> tuple[int, str]:
        return MOST, f"&{self._place(node.of)}"

    def _field(self, node: Field) -> tuple[int, str]:
        return ATOM, f"{self(node.of, ATOM)}.{node.field}"

    def _cast(self, node: Cast) -> tuple[int, str]:
        text = self(node.value)
        inside = text if isinstance(node.value, Name) else closed(text)
        return ATOM, f"({self.scalars[node.type]}){inside}"

    def _call(self, node: Call) -> tuple[int, str]:
        return ATOM, f"{node.function}{closed(self.listed(node.arguments))}"

    def _formula(self, node: Formula) -> tuple[int, str]:
        self.formulas.elements = {name: self(one, ATOM) for name, one in node.operands}
        return MOST, self.formulas(node.expression)

    expressions: ClassVar[dict[type, Callable[[Any, Any], tuple[int, str]]]] = {
        Name: _word, Macro: _word, Size: _word, Whole: _whole, Binary: _binary, Choose: _choose,
        Member: _member, Inside: _inside, At: _entry, Not: _not, AddressOf: _address_of,
        Field: _field, Cast: _cast, Element: _entry, Call: _call, Formula: _formula}


def _type_at(target: Expression) -> Number:
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

