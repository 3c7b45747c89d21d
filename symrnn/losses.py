"""Losses are programs too: their gradients are derived like everything else."""

from __future__ import annotations

from sympy import exp, log

from symrnn.authoring.author import Cell
from symrnn.authoring.symbols import t
from symrnn.program import Program

SOURCE = "C. M. Bishop, Pattern Recognition and Machine Learning (2006), section 4.3.4"


def softmax_cross_entropy() -> Program:
    """Cross-entropy of a softmax over ``a [p]`` with a ``target [p]``: one ``loss`` a step.

    The largest entry is subtracted before exp, so that nothing overflows. With a target
    that sums to one, the derived gradient is softmax(a) - target. Source: Bishop 2006.
    """
    with Cell("softmax_cross_entropy", "Softmax cross-entropy", SOURCE) as cell:
        a = cell.input("a[p]", "scores of the classes")
        target = cell.input("target[p]", "probabilities that the classes should have")
        k = cell.symbol("k", "largest score")
        e = cell.symbol("e[p]", "exponentials of the shifted scores")
        Z = cell.symbol("Z", "their sum")
        q = cell.symbol("q", "score of the target")
        loss = cell.symbol("loss", "cross-entropy", latex=r"\ell")

        k[t] = cell.maximum(a[t])
        e[t] = exp(a[t] - k[t])
        Z[t] = cell.contract("i->", e[t])
        q[t] = cell.contract("i,i->", target[t], a[t])
        loss[t] = log(Z[t]) + k[t] - q[t]
    return cell.build("loss")
