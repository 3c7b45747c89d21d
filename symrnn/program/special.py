"""The error function, by rational functions on three ranges.

Source: W. J. Cody, Rational Chebyshev approximations for the error function, Mathematics of
Computation 23 (1969) 631-637, with the coefficients of his Fortran program CALERF (1990), whose
relative error is below 6e-19.
"""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Abs, Expr, Integer, Piecewise, Rational, exp, pi, sqrt

from symrnn.program.activations import copysign

SMALL, LARGE = Rational("0.46875"), Integer(4)  # where one range ends and the next begins
NEAR = (("0.185777706184603153", "3.16112374387056560", "113.864154151050156",
         "377.485237685302021", "3209.37758913846947"),
        ("1", "23.6012909523441209", "244.024637934444173", "1282.61652607737228",
         "2844.23683343917062"))
MIDDLE = (("2.15311535474403846e-8", "0.564188496988670089", "8.88314979438837594",
           "66.1191906371416295", "298.635138197400131", "881.952221241769090",
           "1712.04761263407058", "2051.07837782607147", "1230.33935479799725"),
          ("1", "15.7449261107098347", "117.693950891312499", "537.181101862009858",
           "1621.38957456669019", "3290.79923573345963", "4362.61909014324716",
           "3439.36767414372164", "1230.33935480374942"))
FAR = (("0.0163153871373020978", "0.305326634961232344", "0.360344899949804439",
        "0.125781726111229246", "0.0160837851487422766", "0.000658749161529837803"),
       ("1", "2.56852019228982242", "1.87295284992346725", "0.527905102951428412",
        "0.0605183413124413191", "0.00233520497626869185"))


def error_function(x: Expr) -> Expr:
    """erf(x), without cancellation."""
    size = Abs(x)
    return Piecewise((near(x), size <= SMALL), (copysign(1 - complement(size), x), True))


def near(x: Expr) -> Expr:
    """erf(x) around zero."""
    return x * quotient(NEAR, x**2)


def complement(size: Expr) -> Expr:
    """1 - erf(x) of an x that is not small and not negative."""
    inverse = 1 / Piecewise((size**2, size > LARGE), (LARGE**2, True))
    far = (1 / sqrt(pi) - inverse * quotient(FAR, inverse)) / Piecewise(
        (size, size > LARGE), (LARGE, True))
    within = Piecewise((size, size < LARGE), (LARGE, True))
    return exp(-size**2) * Piecewise((quotient(MIDDLE, within), size <= LARGE), (far, True))


def quotient(coefficients: tuple[Sequence[str], Sequence[str]], x: Expr) -> Expr:
    """A quotient of two polynomials, from the highest power down."""
    above, below = (polynomial(tuple(map(Rational, some)), x) for some in coefficients)
    return above / below


def polynomial(coefficients: Sequence[Rational], x: Expr) -> Expr:
    """A polynomial by Horner's rule."""
    value: Expr = coefficients[0]
    for one in coefficients[1:]:
        value = value * x + one
    return value


def normal_distribution(x: Expr) -> Expr:
    """The share of the normal distribution below x, (1 + erf(x / sqrt 2)) / 2, its tails exact."""
    z = x / sqrt(2)
    tail = complement(Abs(z)) / 2
    return Piecewise(((1 + near(z)) / 2, Abs(z) <= SMALL), (tail, x < 0), (1 - tail, True))
