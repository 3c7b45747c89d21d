"""What an activation is, and what kernels keep of one that saturates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sympy import Abs, Expr, Function, Integer, Piecewise, Rational, Symbol, evaluate, exp, tanh

from symrnn.program.notation import Glyph

X, ALPHA, BETA, VALUE = (Symbol(name, real=True) for name in ("x", "alpha", "beta", "value"))
ARGUMENTS = (X, ALPHA, BETA)


@dataclass(frozen=True)
class Activation:
    """A scalar function of one argument and up to two parameters (ONNX's alpha and beta).

    ``formula`` defines it. ``stable`` says the same without overflow or cancellation, for
    kernels; a test holds the two against each other. ``glyph`` is its name in documents.
    ``operands`` counts the arguments that vary, in front of those that are parameters. ``is_power``
    marks what documents write as a power.
    ``error`` bounds the relative error of a stable form that is an approximation.
    ``part`` marks what formulas are made of and no layer is activated by, ``infinite`` what
    may overflow and is right so. ``aliases`` are other names that people know it by, ``why``
    tells whoever reads the generated code what the function is good for.
    """

    name: str
    glyph: Glyph
    formula: Callable[..., Expr]
    stable: Callable[..., Expr] | None = None
    defaults: tuple[str, ...] = ()
    part: bool = False
    operands: int = 1
    is_power: bool = False
    error: str = ""
    infinite: bool = False
    aliases: tuple[str, ...] = ()
    why: str = ""

    @property
    def arguments(self) -> tuple[Symbol, ...]:
        """The symbols of the definition: x, alpha, beta as far as there are any."""
        return ARGUMENTS[: self.operands + len(self.defaults)]

    @cached_property
    def definition(self) -> Expr:
        """The defining expression in ``arguments``."""
        return self.formula(*self.arguments)

    @cached_property
    def kernel_form(self) -> Expr:
        """What a kernel evaluates: the stable form, or else the definition.

        Made once, as SymPy empties all its caches whenever it is told not to evaluate.
        """
        with evaluate(False):
            return (self.stable or self.formula)(*self.arguments)


def cases(at_most: Expr, bound: Any, low: Expr, high: Expr) -> Expr:
    """``low`` where ``at_most <= bound``, else ``high`` (which is also where NaN goes)."""
    return Piecewise((low, at_most <= bound), (high, True))


class copysign(Function):  # type: ignore[misc]  # SymPy ships no types
    """The first number with the sign of the second, that of zero too. For stable forms alone."""

    nargs = 2

    @classmethod
    def eval(cls, size: Expr, sign: Expr) -> Expr | None:
        if not (size.is_number and sign.is_number):
            return None
        return Abs(size) if sign >= 0 else -Abs(size)


def clip(x: Expr, low: Any, high: Any) -> Expr:
    """``x`` held between two numbers."""
    return Piecewise((low, x <= low), (high, x >= high), (x, True))


def at_least_one(x: Expr) -> Expr:
    """The size of a number, where that is more than 1."""
    return Piecewise((Integer(1), Abs(x) < 1), (Abs(x), True))


def rest_of_tail(x: Expr) -> Expr:
    """1 - |tanh|, of the tail of tanh."""
    return Piecewise((1 - Abs(x), Abs(x) < 1), (1 / at_least_one(x), True))


# What is kept of a function that saturates, and what is made of that: for kernels alone.
TAILS: tuple[Activation, ...] = (
    Activation("tanh_tail", Glyph.named("tanh"),
               lambda x: Piecewise((tanh(x), Abs(x) <= Rational(1, 2)),
                                   ((1 + exp(2 * x)) / 2, x > 0), (-(1 + exp(-2 * x)) / 2, True)),
               lambda x: Piecewise((tanh(x), Abs(x) <= Rational(1, 2)),
                                   (copysign((1 + exp(2 * Abs(x))) / 2, x), True)),
               part=True, infinite=True,
               why="What backward keeps of tanh(x): the value itself where that is small, else the "
                   "inverse of 1 - |tanh(x)|, with the sign of x. So no digit of 1 - tanh(x)^2 is "
                   "lost where tanh(x) is rounded to 1."),
    Activation("tanh_from_tail", Glyph.named("tanh"),
               lambda x: Piecewise((x, Abs(x) < 1), (1 - 1 / x, x > 0), (-1 - 1 / x, True)),
               lambda x: Piecewise((x, Abs(x) < 1), (copysign(1 - 1 / at_least_one(x), x), True)),
               part=True, why="tanh, from its tail."),
    Activation("slope_from_tail", Glyph.named("slope"),
               lambda x: Piecewise((1 - x**2, Abs(x) < 1), ((2 - 1 / Abs(x)) / Abs(x), True)),
               lambda x: rest_of_tail(x) * (2 - rest_of_tail(x)),
               part=True, why="1 - tanh^2, from the tail of tanh."),
    Activation("sigmoid_tail", Glyph.named("sigma"),
               lambda x: Piecewise((exp(x) / (1 + exp(x)), x < 0),
                                   (-exp(-x) / (1 + exp(-x)), True)),
               lambda x: copysign(exp(-Abs(x)) / (1 + exp(-Abs(x))), -x), part=True,
               why="What backward keeps of sigmoid(x): the smaller of it and 1 - sigmoid(x), "
                   "negative where it is the latter. So no digit of 1 - sigmoid(x) is lost where "
                   "sigmoid(x) is rounded to 1."),
    Activation("sigmoid_from_tail", Glyph.named("sigma"),
               lambda x: Piecewise((1 + x, x < 0), (x, True)),
               lambda x: x + (1 - copysign(1, x)) / 2, part=True,
               why="sigmoid, from its tail."),
    Activation("complement_from_tail", Glyph.named("complement"),
               lambda x: Piecewise((-x, x < 0), (1 - x, True)),
               lambda x: (1 + copysign(1, x)) / 2 - x, part=True,
               why="1 - sigmoid, from the tail of sigmoid."),
)


@dataclass(frozen=True)
class Saturating:
    """What a backward pass keeps of a function whose slope is lost when the value is rounded.

    ``complement`` is what cancels where the function of value v saturates, and ``called`` its
    name. ``tail`` is the row that tells what is kept of the argument; ``value`` and ``rest`` are
    those that make the value and the complement of it, without cancellation.
    """

    complement: Callable[[Expr], Expr]
    called: str
    tail: str
    value: str
    rest: str


SATURATING = {
    "sigmoid": Saturating(lambda v: 1 - v, "one_minus_{}", "sigmoid_tail", "sigmoid_from_tail",
                          "complement_from_tail"),
    "tanh": Saturating(lambda v: 1 - v**2, "one_minus_{}_squared", "tanh_tail", "tanh_from_tail",
                       "slope_from_tail"),
}
