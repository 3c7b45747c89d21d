"""What holds of every function of a loop tree, checked before it is printed.

* A name is bound before it is used, and only once in its scope and those around it.
* What is declared constant is not assigned; a target is set once in a row of statements, and
  after that accumulated, or set from itself (a running maximum).
* An element has an index for each axis of its array, and a loop's index runs over the size of
  the axis that it stands at.
* What is read or written is of the type that its pointer or buffer leads to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from symrnn.loops.expressions import Binary, Element, Expression, Name, Size, children, product
from symrnn.loops.statements import (Argument, Assign, Body, Buffer, Computed, Declare, For,
                                     Function, Parts, Products, Section, Statement, Store, Table,
                                     inner)
from symrnn.loops.types import SIZE, Number, Pointer
from symrnn.loops.uses import Uses


class LoopError(ValueError):
    """A loop tree that is not well formed; the message names function, statement and name."""


Binding = Declare | For | Argument
Scope = Mapping[str, Binding]


def checked(function: Function) -> Function:
    """The function unchanged. Raises LoopError for the first thing that does not hold."""
    scope: dict[str, Binding] = {}
    for argument in function.arguments:
        _bind(function.name, scope, argument.name, argument)
    _Checker(function.name).body(function.body, scope)
    return function


@dataclass(frozen=True)
class _Checker:
    function: str

    def body(self, body: Body, around: Scope, done: set[Expression] | None = None) -> None:
        """Statements in order; each sees what those before it bound."""
        scope, written = dict(around), set[Expression]() if done is None else done
        self._in_order(body, scope, written)

    def _in_order(self, body: Body, scope: dict[str, Binding], written: set[Expression]) -> None:
        for statement in body:
            self._used(statement.own_uses, _seen_by(statement, scope))
            match statement:
                case Declare(name=name):
                    _bind(self.function, scope, name, statement)
                case Assign():
                    self._assign(statement, scope, written)
                case Buffer(name=name, type=kind):
                    _bind(self.function, scope, name, Argument(name, Pointer(kind)))
                case Table(name=name):
                    _bind(self.function, scope, name, Argument(name, SIZE))
                case Store(address, _, _, kind):
                    self._type(address, kind, scope)
                case For(index=index, body=within):
                    self._loop({index: statement}, within, scope)
                case Parts(index=index, count=count, body=within):
                    self._loop({index: Argument(index, SIZE),
                                count: Argument(count, SIZE, constant=False)}, within, scope)
                case Section() | Computed() | Products():  # a comment makes no scope
                    self._in_order(statement.body, scope, written)
                case Statement():
                    self.body(inner(statement), scope)

    def _loop(self, bound: dict[str, Binding], within: Body, scope: Scope) -> None:
        own = dict(scope)
        for name, binding in bound.items():
            _bind(self.function, own, name, binding)
        self.body(within, own)

    def _assign(self, one: Assign, scope: Scope, written: set[Expression]) -> None:
        if isinstance(one.target, Name):
            binding = scope[one.target.text]
            if isinstance(binding, For) or binding.constant:
                self._fail(f"assigns {one.target.text}, which is constant")
        if one.operator != "=":
            return
        if one.target in written and not _reads(one.value, one.target):
            self._fail(f"sets {_called(one.target)} twice")
        written.add(one.target)

    def _used(self, used: Uses, scope: Scope) -> None:
        for name in used.names:
            if name not in scope:
                self._fail(f"uses {name} before it is bound")
        for element, held in used.elements:
            self._element(element, held, scope)
        for address, kind in used.typed:
            self._type(address, kind, scope)

    def _type(self, address: Expression, read: Number, scope: Scope) -> None:
        """The type of numbers at an address, where a pointer is the first term of it."""
        while isinstance(address, Binary):
            address = address.left
        binding = scope.get(address.text) if isinstance(address, Name) else None
        kind = binding.type if isinstance(binding, Declare | Argument) else None
        if isinstance(kind, Pointer) and kind.to != read:
            self._fail(f"takes {_called(address)} for {read.name}, but it is of {kind.to.name}")

    def _element(self, one: Element, held: frozenset[str], scope: Scope) -> None:
        """The indices of an element; one that a condition holds may stand at another axis."""
        if len(one.index) != len(one.shape):
            self._fail(f"gives {_called(one)} {len(one.index)} indices for {len(one.shape)} axes")
        array = scope.get(one.array.text)
        shape = array.shape if isinstance(array, Declare) else None
        if shape not in (None, one.shape) and one.shape != (product(shape or ()),):
            self._fail(f"reads {_called(one)} as an array of another shape")
        for index, size in zip(one.index, one.shape, strict=True):
            loop = scope.get(index.text) if isinstance(index, Name) and index.text not in held \
                else None
            if isinstance(loop, For) and loop.stop != size:
                self._fail(f"runs {loop.index} over {_told(loop.stop)}, "
                           f"but in {_called(one)} over {_told(size)}")

    def _fail(self, what: str) -> None:
        raise LoopError(f"{self.function} {what}")


def _bind(function: str, scope: dict[str, Binding], name: str, binding: Binding) -> None:
    if name in scope:
        raise LoopError(f"{function} binds {name} twice")
    scope[name] = binding


def _seen_by(statement: Statement, scope: Scope) -> Scope:
    """What the expressions of a statement may use: the size of a part may tell where it begins."""
    return {**scope, statement.index: Argument(statement.index, SIZE)} \
        if isinstance(statement, Parts) else scope


def _reads(value: Expression, target: Expression) -> bool:
    return value == target or any(_reads(part, target) for part in children(value))


def _told(count: Expression) -> str:
    return count.axis if isinstance(count, Size) else str(getattr(count, "value", "another count"))


def _called(target: Expression) -> str:
    return target.array.text if isinstance(target, Element) else getattr(target, "text", "a value")
