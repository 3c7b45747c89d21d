"""Clipping of what goes back in time: a transform of an adjoint, and the derivative of nothing.

The cotangent that a step sends to the step before it is held between two values, or its norm
under one. The forward pass stays as it is.
"""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr, Rational, Symbol

from symrnn.program import (Delay, Ein, Program, Variable, finished, function, lower, multiply,
                            quoted)
from symrnn.transforms.checks import bound
from symrnn.transforms.masks import select
from symrnn.transforms.rewiring import beside, insert, marked

HOW = ("value", "norm")
LETTERS = "ijklmn"

GradientClip = tuple[str, float]


def clipped_gradient(gradient: Program, choice: GradientClip, program: Program | None = None
                     ) -> Program:
    """An adjoint program whose recurrent cotangents are clipped, state by state.

    New names avoid those of the ``program`` that it is the adjoint of.

    ``("value", 1.0)`` holds every entry in [-1, 1]; ``("norm", 1.0)`` scales each sample so
    that the Euclidean norm over the axes of the state is at most 1. What comes from outside
    for the final state is not clipped, and neither is a masked step, which changes nothing;
    the gradient of the initial state is what the first step sends back, so it is. Raises
    ValueError for another choice.
    """
    how, limit = gradient_clip(choice)
    taken = {one.name for one in (program or gradient).variables}
    for delay in gradient.delays:
        gradient = _clipped(gradient, delay, how, limit, taken)
    return finished(lower(gradient, taken))


def gradient_clip(choice: GradientClip) -> tuple[str, Rational]:
    """A choice with its bound as an exact number. Raises ValueError for another."""
    if not isinstance(choice, tuple | list) or len(choice) != 2 \
            or not isinstance(choice[0], str) or choice[0] not in HOW:
        raise ValueError(f"clip_gradient is {quoted(choice)}; it is ('value', 1.0) or ('norm', "
                         f"1.0) with a threshold of yours")
    return choice[0], bound(choice[1], "clip_gradient")


def _clipped(gradient: Program, delay: Delay, how: str, limit: Rational, taken: set[str]
             ) -> Program:
    sent = gradient[delay.source]
    taken = taken | {one.name for one in gradient.variables}
    clipped = marked(sent, beside(taken, sent.name, after="_clipped"), "clipped", "clip")
    delays = [replace(one, source=clipped.name) if one is delay else one
              for one in gradient.delays]
    gradient = replace(gradient, delays=tuple(delays))
    place = next((place for place, one in enumerate(gradient.equations, 1)
                  if one.lhs == sent.name), 0)
    rhs: Expr = function("clip")(sent.symbol, limit)
    if how == "norm":
        gradient, scale = _scaled(gradient, sent, limit, place, taken)
        place, rhs = place + 2, multiply([sent.symbol, scale])
    mask = gradient.step_mask
    rhs = rhs if mask is None else select(rhs, sent.symbol, mask.symbol)
    return insert(gradient, place, [clipped], clipped.name, rhs)


def _scaled(gradient: Program, sent: Variable, limit: Rational, place: int,
            taken: set[str]) -> tuple[Program, Symbol]:
    """The squared norm over the state's axes, for each sample, and the scale that it asks for."""
    square, scale = (
        replace(marked(sent, beside(taken, sent.name, after=f"_{word}"), meaning, word), axes=())
        for word, meaning in (("squared", "squared norm"), ("scale", "scale of clipping")))
    letters = LETTERS[:len(sent.axes)]
    norm = (Ein(f"{letters},{letters}->", sent.symbol, sent.symbol) if letters
            else multiply([sent.symbol, sent.symbol]))
    gradient = insert(gradient, place, [square], square.name, norm)
    shrunk = function("shrink")(square.symbol, limit)
    return insert(gradient, place + 1, [scale], scale.name, shrunk), scale.symbol
