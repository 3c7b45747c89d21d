"""Optimisers are programs too: parameters are a state, and every update is one step in time.

A step reads a gradient ``g [k]`` and a ``rate``, and remembers ``theta [k]``. So an update is the
streaming step of a kernel, in NumPy and in C, and its state what the optimiser keeps. Nearly all
is pointwise: parameters may be updated all at once, or block by block.
"""

from __future__ import annotations

from sympy import Expr, sqrt

from symrnn.authoring.author import Cell
from symrnn.authoring.symbols import Sequence, t
from symrnn.program import Program, activation

ROBBINS = ("H. Robbins and S. Monro, A stochastic approximation method, Annals of Mathematical "
           "Statistics 22 (1951)")
POLYAK = ("B. T. Polyak, Some methods of speeding up the convergence of iteration methods, USSR "
          "Computational Mathematics and Mathematical Physics 4 (1964)")
KINGMA = ("D. P. Kingma and J. Ba, Adam: a method for stochastic optimization, International "
          "Conference on Learning Representations (2015)")
PASCANU = ("R. Pascanu et al., On the difficulty of training recurrent neural networks, "
           "International Conference on Machine Learning (2013)")


def sgd(clipped: bool = False) -> Program:
    """Gradient descent: ``theta' = theta - rate g``. Source: Robbins and Monro 1951.

    With ``clipped`` every optimiser here reads a number ``scale`` too, by which it takes the
    gradient: that of :func:`gradient_norm_clip`.
    """
    with Cell("sgd", "Gradient descent", ROBBINS) as cell:
        g, rate = _gradient(cell, clipped)
        theta = cell.state("theta[k]", "parameters")
        theta[t] = theta[t - 1] - rate[t] * g
    return cell.build("theta")


def momentum(clipped: bool = False) -> Program:
    """Gradient descent with a speed: ``v' = mu v - rate g``, ``theta' = theta + v'``.

    ``mu`` is a parameter, about 0.9. ``clipped`` as in :func:`sgd`. Source: Polyak 1964.
    """
    with Cell("momentum", "Gradient descent with momentum", POLYAK) as cell:
        g, rate = _gradient(cell, clipped)
        mu = cell.parameter("mu", "share of the speed that stays")
        v = cell.state("v[k]", "speed of the parameters")
        theta = cell.state("theta[k]", "parameters")
        v[t] = mu * v[t - 1] - rate[t] * g
        theta[t] = theta[t - 1] + v[t]
    return cell.build("theta")


def adam(clipped: bool = False) -> Program:
    """Adam: means of gradients and of their squares, without the bias of their start.

    Parameters are the numbers ``beta_1``, ``beta_2`` and ``epsilon``: 0.9, 0.999 and 1e-8 in
    the paper. ``clipped`` as in :func:`sgd`. Source: Kingma and Ba 2015.
    """
    with Cell("adam", "Adam", KINGMA) as cell:
        g, rate = _gradient(cell, clipped)
        beta_1 = cell.parameter("beta_1", "share of the mean that stays")
        beta_2 = cell.parameter("beta_2", "share of the mean square that stays")
        epsilon = cell.parameter("epsilon", "what keeps the divisor from zero")
        m = cell.state("m[k]", "mean of gradients")
        v = cell.state("v[k]", "mean of squared gradients")
        p_1 = cell.state("p_1", "power of beta_1: what the mean still lacks", start=1)
        p_2 = cell.state("p_2", "power of beta_2: what the mean square still lacks", start=1)
        theta = cell.state("theta[k]", "parameters")
        m[t] = beta_1 * m[t - 1] + (1 - beta_1) * g
        v[t] = beta_2 * v[t - 1] + (1 - beta_2) * g ** 2
        p_1[t] = beta_1 * p_1[t - 1]
        p_2[t] = beta_2 * p_2[t - 1]
        theta[t] = theta[t - 1] - rate[t] * (m[t] / (1 - p_1[t])) / (
            sqrt(v[t] / (1 - p_2[t])) + epsilon)
    return cell.build("theta")


def gradient_norm_clip() -> Program:
    """The number by which a gradient is taken so that its norm is at most ``limit``.

    A gradient may come in several blocks, one a step: ``scale`` is that of all blocks so far,
    limit / max(limit, norm). Source: Pascanu et al. 2013.
    """
    with Cell("gradient_norm_clip", "Gradient norm clipping", PASCANU) as cell:
        g = cell.input("g[k]", "a block of the gradient")
        limit = cell.parameter("limit", "largest norm")
        q = cell.state("q", "sum of squares so far")
        r = cell.symbol("r", "norm so far")
        scale = cell.symbol("scale", "by what the gradient is taken")
        q[t] = q[t - 1] + cell.contract("i,i->", g[t], g[t])
        r[t] = sqrt(q[t])
        scale[t] = limit / (limit + activation("relu")(r[t] - limit))
    return cell.build("scale")


OPTIMISERS = {one.__name__: one for one in (sgd, momentum, adam)}
# What their papers, and most who use them, give for their parameters.
SETTINGS: dict[str, dict[str, float]] = {
    "sgd": {}, "momentum": {"mu": 0.9},
    "adam": {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8}}


def _gradient(cell: Cell, clipped: bool) -> tuple[Expr, Sequence]:
    """What an optimiser reads: the gradient, scaled where it is clipped, and the rate."""
    g = cell.input("g[k]", "gradient of the loss")
    rate = cell.input("rate", "learning rate")
    if not clipped:
        return g[t], rate
    scale = cell.input("scale", "by what the gradient is taken, so that its norm is in bounds")
    clipped_g = cell.symbol("c[k]", "gradient with its norm in bounds")
    clipped_g[t] = scale[t] * g[t]
    return clipped_g[t], rate
