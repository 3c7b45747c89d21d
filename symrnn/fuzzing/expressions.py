"""Random expressions of given axes, as texts of a cell file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

Axes = tuple[str, ...]
NUMBERS = ("0.5", "2", "0.1", "1.5", "3", "0.001")
BOUNDED = ("tanh", "sigmoid", "sin", "cos", "softsign", "hard_sigmoid", "erf", "hard_tanh")
GROWING = ("relu", "softplus", "gelu", "elu", "silu", "abs", "leaky_relu", "identity", "expm1",
           "exp")
REDUCED = ("sum", "mean", "max")
DEPTH = 2


@dataclass(frozen=True)
class Symbol:
    """What an expression may read, and at which steps; a parameter has no steps."""

    name: str
    axes: Axes
    moments: tuple[str, ...] = ()

    @property
    def declaration(self) -> str:
        """As a declaration names it: ``W[m,n]``."""
        return f"{self.name}[{','.join(self.axes)}]" if self.axes else self.name


@dataclass
class Expressions:
    """Draws expressions of the symbols in scope, and declares the parameters that they want."""

    draw: Callable[..., Any]
    names: Iterator[str]
    declared: list[str]
    symbols: list[Symbol] = field(default_factory=list)
    parameters: list[Symbol] = field(default_factory=list)
    unread: dict[str, Symbol] = field(default_factory=dict)

    def add(self, one: Symbol) -> Symbol:
        """A symbol that expressions from here on may read."""
        self.symbols.append(one)
        self.unread[one.name] = one
        return one

    def become(self, state: Symbol) -> None:
        """From its equation on, a state can be read at its own step too."""
        place = self.symbols.index(state)
        self.symbols[place] = Symbol(state.name, state.axes, ("t", *state.moments))

    def choose(self, options: Any) -> Any:
        """One of these; shrinking prefers the first."""
        return self.draw(st.sampled_from(tuple(options)))

    def of(self, axes: Axes, depth: int) -> str:
        """An expression with these axes."""
        if not depth:
            return self.leaf(axes)
        makers = [self.leaf_below, self.affine, self.applied, self.binary, self.extreme,
                  self.chosen, self.quotient, self.power]
        makers += [self.reduced] if len(axes) < 3 else []
        makers += [self.softmax, self.repeated] if axes else [self.dot]
        makers += [self.outer] if len(axes) == 2 else []
        return str(self.choose(makers)(axes, depth - 1))

    def varying(self, axes: Axes, depth: int) -> str:
        """An expression that follows an input or a state: no equation is a constant."""
        return f"{self.product_with_vector(axes)} + {self.of(axes, depth)}"

    def bounded(self, state: Symbol) -> str:
        """What a state becomes, which does not grow without end."""
        before = f"{state.name}[t-1]"
        new = f"{self.choose(BOUNDED)}({self.varying(state.axes, DEPTH)}{self.unread_ones()})"
        keep = self.choose(("", "0.5", "sigmoid"))
        if keep == "sigmoid":
            gate = f"sigmoid({self.leaf(state.axes)} + {self.of(state.axes, 1)})"
            return f"{gate} * {before} + (1 - {gate}) * {new}"
        return f"{keep} * {before} + {new}" if keep else new

    def leaf(self, axes: Axes) -> str:
        """Something in scope with these axes, or a parameter."""
        found = [(one, when) for one in self.symbols if one.axes == axes for when in one.moments]
        if found and self.draw(st.booleans()):
            return self.read(*self.choose(found))
        return self.parameter(axes)

    def leaf_below(self, axes: Axes, depth: int) -> str:
        """A leaf among deeper things."""
        return self.leaf(axes)

    def parameter(self, axes: Axes) -> str:
        """A parameter: one that is there, shared, or a new one."""
        known = [one.name for one in self.parameters if one.axes == axes]
        if known and self.draw(st.booleans()):
            return str(self.choose(known))
        made = Symbol(next(self.names), axes)
        self.declared.append(f"param {made.declaration}")
        self.parameters.append(made)
        return made.name

    def product_with_vector(self, axes: Axes) -> str:
        """A matrix times something that varies; a sum of it where axes would meet twice."""
        one = self.choose([one for one in self.symbols if one.axes])
        vector = self.read(one, one.moments[0])
        if not axes and len(one.axes) == 1:
            return f"dot({self.parameter(one.axes)}, {vector})"
        if len(one.axes) > 1 or not axes or (len(axes) > 1 and one.axes[0] in axes):
            return f"{self.parameter(axes)} * sum({vector})"
        if len(axes) == 1 and self.draw(st.booleans()):
            return f"{self.parameter((*one.axes, *axes))}.T @ {vector}"
        return f"{self.parameter((*axes, *one.axes))} @ {vector}"

    def read(self, one: Symbol, moment: str) -> str:
        """A symbol at a step."""
        self.unread.pop(one.name, None)
        return f"{one.name}[{moment}]"

    def unread_ones(self) -> str:
        """What nothing has read so far, as a sum: a cell has nothing in vain."""
        left = list(self.unread.values())
        return "".join(f" + 0.1 * {f'sum({found})' if one.axes else found}" for one in left
                       for found in [self.read(one, one.moments[0])])

    def affine(self, axes: Axes, depth: int) -> str:
        """A product of matrix and vector, and more."""
        return f"({self.product_with_vector(axes)} + {self.of(axes, depth)})"

    def applied(self, axes: Axes, depth: int) -> str:
        """A function of something; what grows is held first."""
        name = self.choose((*BOUNDED, *GROWING))
        inner = f"{self.leaf(axes)} + {self.of(axes, depth)}"
        return f"{name}(clip({inner}, 2))" if name in ("exp", "expm1") else f"{name}({inner})"

    def binary(self, axes: Axes, depth: int) -> str:
        """Two things side by side, or one and a number."""
        sign = self.choose(("+", "-", "*"))
        right = self.choose((self.number, self.of))
        other = right(axes, depth)
        return f"({self.of(axes, depth)} {sign} {other})"

    def number(self, axes: Axes, depth: int) -> str:
        """A number."""
        return str(self.choose(NUMBERS))

    def extreme(self, axes: Axes, depth: int) -> str:
        """The larger or smaller of two."""
        return f"{self.choose(('max', 'min'))}({self.leaf(axes)}, {self.of(axes, depth)})"

    def chosen(self, axes: Axes, depth: int) -> str:
        """One of two by a comparison."""
        sign, one = self.choose(("<=", "<", ">", ">=")), self.leaf(axes)
        return f"where({one} {sign} {self.choose(NUMBERS)}, {self.of(axes, depth)}, {one})"

    def quotient(self, axes: Axes, depth: int) -> str:
        """Something over what is at least one."""
        above, below = self.of(axes, depth), self.choose(("(1 + ({})^2)", "sqrt(1 + ({})^2)", "t"))
        return f"({above} / {below if below == 't' else below.format(self.of(axes, depth))})"

    def power(self, axes: Axes, depth: int) -> str:
        """A small whole power, or a computed one of what is positive."""
        shape = self.choose(("({})^2", "tanh({})^3", "(1.5 + tanh({}))^(-1)", "exp(sin({}))^0.5"))
        return str(shape.format(f"{self.leaf(axes)} + {self.of(axes, depth)}"))

    def reduced(self, axes: Axes, depth: int) -> str:
        """A sum, a mean or the largest entry along an axis more."""
        axis = self.choose([one for one in ("k", "n", "m") if one not in axes])
        kind = self.choose(REDUCED)
        wide = self.of((*axes, axis), min(depth, 1))
        return f"{kind}({wide}, {axis})"

    def softmax(self, axes: Axes, depth: int) -> str:
        """A softmax along one of its axes."""
        return f"softmax({self.leaf(axes)} + {self.of(axes, depth)}, {self.choose(axes[::-1])})"

    def repeated(self, axes: Axes, depth: int) -> str:
        """A scalar times an array."""
        return f"(({self.of((), depth)}) * {self.leaf(axes)})"

    def dot(self, axes: Axes, depth: int) -> str:
        """The product of two vectors."""
        axis = self.choose(("m", "k", "n"))
        return f"dot({self.leaf((axis,))}, {self.of((axis,), depth)})"

    def outer(self, axes: Axes, depth: int) -> str:
        """All products of two vectors."""
        return f"outer({self.of(axes[:1], depth)}, {self.leaf(axes[1:])})"
