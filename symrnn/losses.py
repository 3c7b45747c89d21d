"""Losses are programs too: their gradients are derived like everything else.

Connectionist temporal classification is not among them. Its sum over alignments is a recurrence
as well, over the positions of a label sequence, but position s reads s - 2 only where the labels
at s and s - 2 differ: a gather by data. The form knows sums over axes and delays in time, and no
index that an input gives. With that choice as a mask the caller would have to give, and with a
start in which all positions but two are log 0, it would fit; no cell needs such a thing yet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from sympy import exp, log

from symrnn.authoring.author import Cell
from symrnn.authoring.symbols import t
from symrnn.program import (Program, ProgramError, Role, UnknownName, activation, chain, counted,
                            finished, free_name, of_network, quoted, renamed)

SOURCE = "C. M. Bishop, Pattern Recognition and Machine Learning (2006), section 4.3.4"
LOGISTIC = "C. M. Bishop, Pattern Recognition and Machine Learning (2006), section 4.3.2"
SQUARES = "C. M. Bishop, Pattern Recognition and Machine Learning (2006), section 1.2.5"


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


def binary_cross_entropy() -> Program:
    """Cross-entropy of a sigmoid of each entry of ``a [p]`` with a ``target [p]``, summed.

    Entries are questions of their own, answered by scores: log(1 + exp(a)) - target a is the
    cross-entropy of sigmoid(a), and overflows nowhere. The derived gradient is
    sigmoid(a) - target. Source: Bishop 2006.
    """
    with Cell("binary_cross_entropy", "Binary cross-entropy", LOGISTIC) as cell:
        a = cell.input("a[p]", "scores of the answers")
        target = cell.input("target[p]", "probabilities that the answers should have")
        e = cell.symbol("e[p]", "cross-entropy of each answer")
        loss = cell.symbol("loss", "cross-entropy", latex=r"\ell")

        e[t] = activation("softplus")(a[t]) - target[t] * a[t]
        loss[t] = cell.contract("i->", e[t])
    return cell.build("loss")


def mean_squared_error() -> Program:
    """The mean over the entries of ``a [p]`` of the squared distance to a ``target [p]``.

    The derived gradient is 2 (a - target) / p. Source: Bishop 2006.
    """
    with Cell("mean_squared_error", "Mean squared error", SQUARES) as cell:
        a = cell.input("a[p]", "what is predicted")
        target = cell.input("target[p]", "what it should be")
        d = cell.symbol("d[p]", "deviation from the target")
        loss = cell.symbol("loss", "mean squared error", latex=r"\ell")

        d[t] = a[t] - target[t]
        loss[t] = cell.contract("i,i->", d[t], d[t]) / cell.length("p")
    return cell.build("loss")


LOSSES = {one.__name__: one for one in
          (mean_squared_error, softmax_cross_entropy, binary_cross_entropy)}


def by_name(given: Any, known: Mapping[str, Callable[..., Program]], kind: str,
            **options: bool) -> Program:
    """A program, or the one of a name. Raises UnknownName."""
    if isinstance(given, Program):
        return given
    if not isinstance(given, str) or given not in known:
        raise UnknownName(f"there is no {kind} {quoted(given)}; there are {', '.join(known)}, or "
                          f"give a program of your own")
    return known[given](**options)


@of_network
def with_loss(network: Program, loss: str | Program) -> Program:
    """A network that a loss judges: it reads ``target`` beside its inputs, and gives ``loss``.

    ``loss`` is a program or, as in :func:`symrnn.fit`, the name of one of symrnn's.
    The first input of the loss is the network's output, the others are new inputs with the
    output's axes. Names that the network has already get a number: ``target_2``. Raises
    ProgramError for a network with several outputs, or with an output of other axes than the
    loss reads, and ValueError for a loss that is not there.
    """
    loss = by_name(loss, LOSSES, "loss")
    scores, *others = loss.with_role(Role.INPUT)
    if len(network.outputs) != 1:
        raise ProgramError(f"{loss.name} judges one output, and {network.name} has "
                           f"{counted(len(network.outputs), 'output')}; join them by a readout")
    axes = network[network.outputs[0]].axes
    if len(axes) != len(scores.axes):
        raise ProgramError(f"{loss.name} reads an output [{', '.join(scores.axes)}], and that of "
                           f"{network.name} is [{', '.join(axes)}]; add a readout")
    names = {one.name: free_name(network, one.name, *(f"{one.name}_{k}" for k in range(2, 10)))
             for one in loss.variables}
    judge = renamed(loss, names, dict(zip(scores.axes, axes, strict=True)))
    fed = replace(network, variables=(*network.variables,
                                      *(judge[names[one.name]] for one in others)))
    return finished(replace(chain(fed, judge), name=f"{network.name}_{loss.name}",
                            title=f"{network.title}, judged by {loss.title.lower()}"))
