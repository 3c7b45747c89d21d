"""Activations: one table, one line each. Nobody writes a derivative: SymPy's diff does.

A derivative is expressed by the value of the function where algebra allows it, so that
``i = sigmoid(a)`` gives ``i (1 - i)`` and needs no second exponential.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from difflib import get_close_matches
from functools import cache
from typing import Any

from sympy import (Abs, Add, Expr, Function, Mul, Number, Piecewise, Poly, Pow, Rational, Symbol,
                   cancel, diff, erf, exp, factor, fraction, log, pi, simplify, sqrt, tanh,
                   together)
from sympy.codegen.cfunctions import expm1, log1p

from symrnn.program.activations import (ALPHA, BETA, SATURATING, TAILS, VALUE, X, Activation,
                                        Saturating, cases, clip, copysign)
from symrnn.program.naming import quoted
from symrnn.program.notation import Face, Glyph, Letter
from symrnn.program.numbers import exact
from symrnn.program.special import error_function, normal_distribution


class Pointwise(Function):  # type: ignore[misc]  # SymPy ships no types
    """A function of the table. SymPy's ``diff`` reaches its definition through ``fdiff``."""

    activation: Activation

    def fdiff(self, argindex: int = 1) -> Expr:
        slope = derivative(self.activation.name, argindex)
        known = dict(zip(self.activation.arguments, self.args, strict=True))
        return slope.xreplace({**known, VALUE: self})

    def __reduce_ex__(self, protocol: Any) -> Any:
        return _called, (self.activation.name, self.args)  # pickle finds no class by its name


@cache
def function(name: str) -> type[Pointwise]:
    """The SymPy function class of a row of the tables."""
    return type(name, (Pointwise,), {"activation": ROWS[name]})


def _called(name: str, arguments: tuple[Expr, ...]) -> Expr:
    return function(name)(*arguments, evaluate=False)


TABLE: tuple[Activation, ...] = (
    Activation("linear", Glyph.named("id"), lambda x: x, aliases=("identity",)),
    Activation("sigmoid", Glyph.named("sigma"), lambda x: 1 / (1 + exp(-x)),
               lambda x: cases(x, 0, exp(-Abs(x)), Rational(1)) / (1 + exp(-Abs(x))),
               aliases=("logistic",)),
    Activation("tanh", Glyph.named("tanh"), tanh),
    Activation("relu", Glyph.named("ReLU"), lambda x: cases(x, 0, 0, x)),
    Activation("softplus", Glyph.named("softplus"), lambda x: log(1 + exp(x)),
               lambda x: cases(x, 0, 0, x) + log1p(exp(-Abs(x)))),
    Activation("softsign", Glyph.named("softsign"),
               lambda x: cases(x, 0, x / (1 - x), x / (1 + x)),
               lambda x: x / (1 + Abs(x))),
    Activation("hard_sigmoid", Glyph.juxtaposed(map(Glyph.named, ("hard", "sigma"))),
               lambda x, alpha, beta: clip(alpha * x + beta, 0, 1), None, ("1/5", "1/2")),  # ONNX's
    Activation("hardsigmoid", Glyph.named("hardsigmoid"),  # PyTorch's, Keras 3's and JAX's
               lambda x: clip(x / 6 + Rational(1, 2), 0, 1)),
    Activation("hard_tanh", Glyph.juxtaposed(map(Glyph.named, ("hard", "tanh"))),
               lambda x: clip(x, -1, 1)),
    Activation("leaky_relu", Glyph.named("LReLU"),
               lambda x, alpha: cases(x, 0, alpha * x, x), None, ("1/100",), aliases=("lrelu",)),
    Activation("elu", Glyph.named("ELU"), lambda x, alpha: cases(x, 0, alpha * (exp(x) - 1), x),
               lambda x, alpha: cases(x, 0, alpha * expm1(-Abs(x)), x), ("1",)),
    Activation("thresholded_relu", Glyph.named("TReLU"),
               lambda x, alpha: cases(x, alpha, 0, x), None, ("1",)),
    Activation("scaled_tanh", Glyph.named("stanh"),
               lambda x, alpha, beta: alpha * tanh(beta * x), None, ("1", "1")),
    Activation("affine", Glyph.named("affine"),
               lambda x, alpha, beta: alpha * x + beta, None, ("1", "0")),
    Activation("silu", Glyph.named("SiLU"), lambda x: x * function("sigmoid")(x),
               aliases=("swish",)),
    Activation("erf", Glyph.named("erf"), erf, error_function, error="1e-17"),
    Activation("normal_cdf", Glyph.named("Phi"), lambda x: (1 + function("erf")(x / sqrt(2))) / 2,
               normal_distribution, part=True, error="1e-17"),
    Activation("gelu", Glyph.named("GELU"), lambda x: x * function("normal_cdf")(x)),
    Activation("gelu_tanh", Glyph.named("GELU_tanh"),  # PyTorch's approximate="tanh"
               lambda x: x * (1 + tanh(sqrt(2 / pi) * (x + Rational(44715, 10**6) * x**3))) / 2),
    Activation("rsqrt", Glyph.named("rsqrt"), lambda x: 1 / sqrt(x), part=True),
    Activation("clip", Glyph.named("clip"),
               lambda x, alpha: clip(x, -alpha, alpha), None, ("1",), part=True),
    Activation("shrink", Glyph.named("shrink"),  # of a squared norm: what brings it to alpha
               lambda x, alpha: cases(x, alpha**2, 1, alpha / sqrt(x)),
               lambda x, alpha: cases(x, alpha**2, 1, alpha / sqrt(cases(x, alpha**2, 1, x))),
               ("1",), part=True),
    Activation("elu_slope", Glyph((Letter("ELU", Face.WORD),), sup=(Glyph.marks("′"),)),
               lambda x, alpha: cases(x, 0, alpha * exp(x), 1),
               lambda x, alpha: cases(x, 0, alpha * exp(-Abs(x)), 1), ("1",), part=True),
)
OF_TWO: tuple[Activation, ...] = (  # functions of two values, both with a slope
    Activation("power", Glyph.named("pow"), lambda x, alpha: exp(alpha * log(x)), operands=2,
               is_power=True, part=True, why="x to the power alpha, for x > 0."),
)
ACTIVATIONS = {row.name: row for row in TABLE}
ALIASES = {alias: row.name for row in TABLE for alias in row.aliases}
ROWS = {row.name: row for row in (*TABLE, *OF_TWO, *TAILS)}


@cache
def derivative(name: str, argindex: int = 1) -> Expr:
    """The partial derivative of a row's formula, by SymPy, in x and in its own ``VALUE``."""
    row = ROWS[name]
    slope = diff(row.definition, row.arguments[argindex - 1])
    if slope.has(Piecewise):
        return recognised(slope, name) or by_branch(simplified(slope), row.definition)
    value = by_value(slope, row.definition) or by_itself(slope, row.definition)
    kept = value if value is not None and (name in SATURATING or keeps_digits(value)) else None
    return recognised(slope, name) or kept or slope


def keeps_digits(slope: Expr) -> bool:
    """False where the value is subtracted: that loses its digits where the function saturates."""
    return not any(node.has(VALUE) for node in slope.atoms(Add))


def recognised(slope: Expr, name: str) -> Expr | None:
    """The slope as another function of the table: softplus' is the sigmoid."""
    if slope.is_number:
        return None
    values = sampled(slope)
    for other in TABLE:
        if other.name != name and all(
                abs(one - two) < 1e-9
                for one, two in zip(values, sampled(other.definition), strict=True)):
            same = cancel(slope - other.definition) == 0
            return function(other.name)(*other.arguments) if same else None
    return None


@cache
def sampled(formula: Expr) -> tuple[Expr, ...]:
    """The values of a formula at two points: what differs there need not be simplified."""
    whole = spelled_out(formula)
    return tuple(whole.subs({X: x, ALPHA: Rational(1, 7), BETA: Rational(1, 11)}).evalf()
                 for x in (Rational(1, 3), Rational(-2, 5)))


def spelled_out(formula: Expr) -> Expr:
    """A formula with the definitions of the table's functions in their place."""
    while rows := formula.atoms(Pointwise):
        formula = formula.xreplace({one: one.activation.definition.xreplace(
            dict(zip(one.activation.arguments, one.args, strict=True))) for one in rows})
    return formula


def simplified(slope: Expr) -> Expr:
    """A slope in pieces as SymPy simplifies it: numbers and symbols are as simple as can be."""
    if isinstance(slope, Piecewise) and all(part.is_Atom for part, _ in slope.args):
        return slope
    return simplify(slope)


def by_value(slope: Expr, definition: Expr) -> Expr | None:
    """The slope in terms of the function's value, by eliminating the one inner function."""
    inner = [node for node in definition.atoms(Function, Pow) if _transcendental(node)]
    if len(inner) != 1:
        return None
    hidden = Symbol("hidden", real=True)
    equation, target = (part.rewrite(type(inner[0])).subs(inner[0], hidden)
                        for part in (definition, slope))
    if X in equation.free_symbols | target.free_symbols:
        return None
    numerator = Poly(fraction(together(equation - VALUE))[0], hidden)
    if numerator.degree() != 1:
        return None
    factor_of_hidden, rest = numerator.all_coeffs()  # solve() would load SymPy's physics
    return sign_inside(factor(target.subs(hidden, -rest / factor_of_hidden)))


def by_itself(slope: Expr, definition: Expr) -> Expr | None:
    """The slope in terms of the function's value, where the definition stands in it as a whole."""
    return slope.xreplace({definition: VALUE}) if slope.has(definition) else None


def by_branch(slope: Expr, definition: Expr) -> Expr:
    """A slope in pieces, each by the value where the definition has the same piece: ELU's."""
    if not (isinstance(slope, Piecewise) and isinstance(definition, Piecewise)):
        return slope
    formulas = {condition: formula for formula, condition in definition.args}
    return Piecewise(*((by_value(part, formulas[condition]) or part, condition)
                       if condition in formulas else (part, condition)
                       for part, condition in slope.args))


def sign_inside(product: Expr) -> Expr:
    """``-v (v - 1)`` as ``v (1 - v)``."""
    if not (isinstance(product, Mul) and product.args[0] == -1):
        return product
    sums = [part for part in product.args if isinstance(part, Add)]
    return product.xreplace({sums[0]: -sums[0]}) * -1 if sums else product


def _transcendental(node: Expr) -> bool:
    if isinstance(node, Pow) and not isinstance(node, exp):
        return not node.exp.is_Integer
    return not isinstance(node, Piecewise)


ActivationChoice = str | tuple[str | float, ...]


def activation(choice: ActivationChoice) -> Callable[[Expr], Expr]:
    """The function of a name, ``"tanh"``, or of a name with parameters, ``("leaky_relu", 0.1)``.

    ``"hard_sigmoid"`` is ONNX's, x/5 + 1/2 held in [0, 1], with both numbers as parameters;
    ``"hardsigmoid"`` that of PyTorch, Keras 3 and JAX, x/6 + 1/2.
    Raises ValueError for an unknown name or too many parameters, listing what there is.
    """
    if not isinstance(choice, str) and not (isinstance(choice, tuple | list) and choice):
        raise ValueError(f"an activation is a name such as 'tanh', or a tuple of a name and "
                         f"numbers such as ('leaky_relu', 0.1), not {choice!r}")
    name, *given = (choice,) if isinstance(choice, str) else choice
    row = _row(name)
    if len(given) > len(row.defaults):
        raise ValueError(f"{name} takes {len(row.defaults)} parameters, not {len(given)}")
    return _applied(row, [*given, *row.defaults[len(given) :]])


def _row(name: Any) -> Activation:
    """A row by its name, as people write it: ``LeakyReLU`` is ``leaky_relu``."""
    names = [*ACTIVATIONS, *ALIASES]
    wanted = str(name).lower().replace("_", "")
    found = [name] if name in names else [one for one in names if one.replace("_", "") == wanted]
    if len(found) == 1:
        return ACTIVATIONS[ALIASES.get(found[0], found[0])]
    close = found or get_close_matches(wanted, names, 1)
    raise ValueError(f"no activation is called {quoted(name)}; "
                     + (f"did you mean {' or '.join(map(repr, close))}? " if close else "")
                     + "there are " + ", ".join(row.name for row in TABLE if not row.part))


def _applied(row: Activation, parameters: Sequence[str | float]) -> Callable[[Expr], Expr]:
    try:
        numbers = [exact(one) for one in parameters]
    except (TypeError, ValueError):
        raise ValueError(f"the parameters of {row.name} are "
                         f"{', '.join(map(quoted, parameters))}; they are numbers") from None
    if row.name == "linear":
        return row.formula
    if row.name == "tanh":
        return lambda x: tanh(x, evaluate=False)
    return lambda x: function(row.name)(x, *numbers)


def is_call(node: Expr) -> bool:
    """True for a function that costs a call and is worth naming: sigmoid(a), exp(x)."""
    return isinstance(node, Function) and not isinstance(node, Piecewise | Abs)


__all__ = ["ACTIVATIONS", "ALIASES", "ROWS", "SATURATING", "TABLE", "VALUE", "Activation",
           "ActivationChoice", "Number", "Pointwise", "Saturating", "X", "activation", "by_value",
           "copysign", "derivative", "function", "is_call"]
