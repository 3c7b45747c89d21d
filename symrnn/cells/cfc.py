"""Closed-form continuous-time network: a liquid network that needs no solver."""

from __future__ import annotations

from sympy import Expr, Integer

from symrnn.authoring import Cell, register, t
from symrnn.program import UNIFORM, ActivationChoice, Program
from symrnn.program import activation as function

SOURCE = ("R. Hasani et al., Closed-form continuous-time neural networks, Nature Machine "
          "Intelligence 4 (2022), arXiv 2106.13898, equation (4)")
BIBTEX = """@article{hasani2022closed,
  title = {Closed-Form Continuous-Time Neural Networks},
  author = {Hasani, Ramin and Lechner, Mathias and Amini, Alexander and Liebenwein, Lucas and
            Ray, Aaron and Tschaikowski, Max and Teschl, Gerald and Rus, Daniela},
  journal = {Nature Machine Intelligence},
  volume = {4},
  pages = {992--1003},
  year = {2022}
}"""
BACKBONE = ("The paper's networks $f$, $g$ and $h$ share their first layers, the backbone: here "
            "one layer. Each ends with a layer of its own, $g$ and $h$ with a tanh. The authors' "
            "code has a scaled tanh in the backbone, `activation=(\"scaled_tanh\", 1.7159, "
            "0.666)`.")
GATE = ("The authors' code has $sigmoid(f_b - f_a Delta)$, with two layers in place of $f$, and "
        "adds the exponential form as mode `\"pure\"`; the paper's equation is $sigmoid(-f t)$.")
TIME = ("A step lasts one unit of time. With `elapsed=True` its time, the paper's $t$, is a second "
        "input, $Delta$.")


@register("cfc", "Closed-form continuous-time network", tags="gated continuous nonlinear-dense")
def cfc(activation: ActivationChoice = "tanh", elapsed: bool = False) -> Program:
    """Goes from one target to another as time passes, and solves no equation for that.

    Parameters ``W_z [k, n]``, ``U_z [k, m]``, ``b_z [k]`` of the backbone, ``W_f [m, k]``,
    ``b_f [m]``, then ``_g``, ``_h``. State ``x [m]``. ``elapsed`` adds an input ``Delta``, one
    number for each step. Source: Hasani et al., Nature Machine Intelligence 2022.
    """
    sigmoid, tanh = function("sigmoid"), function("tanh")
    with Cell("cfc", source=SOURCE, notes=[BACKBONE, GATE, TIME], bibtex=BIBTEX) as cell:
        I = cell.input("I[n]", "input")
        Delta = passed(cell, elapsed)
        z = cell.symbol("z[k]", "output of the backbone")
        f = cell.symbol("f[m]", "how fast the first target is left")
        g, h = cell.symbol("g[m]", "first target"), cell.symbol("h[m]", "second target")
        s = cell.symbol("s[m]", "gate between the targets: 1 is the first")
        x = cell.state("x[m]", "hidden state")
        W_z, U_z, b_z = cell.parameters("W_z[k,n] U_z[k,m] b_z[k]", "of the backbone")
        W_f, b_f = cell.parameters("W_f[m,k] b_f[m]", "of the speed")
        W_g, b_g = cell.parameters("W_g[m,k] b_g[m]", "of the first target")
        W_h, b_h = cell.parameters("W_h[m,k] b_h[m]", "of the second target")

        z[t] = function(activation)(W_z @ I[t] + U_z @ x[t - 1] + b_z)
        f[t] = W_f @ z[t] + b_f
        g[t] = tanh(W_g @ z[t] + b_g)
        h[t] = tanh(W_h @ z[t] + b_h)
        s[t] = sigmoid(-f[t] * Delta)
        x[t] = s[t] * g[t] + (1 - s[t]) * h[t]
    return cell.build("x")


def passed(cell: Cell, elapsed: bool) -> Expr:
    """The time since the step before: an input, or else one unit."""
    if not elapsed:
        return Integer(1)
    return cell.input("Delta", "time since the step before", drawn=(1 + UNIFORM) / 2)[t]
