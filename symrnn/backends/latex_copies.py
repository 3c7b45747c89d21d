"""What a document in LaTeX says of equal parts, and what it leaves out for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from symrnn.adjoint.published import published
from symrnn.backends.copies import Copy, copies, told_once
from symrnn.backends.document import printed
from symrnn.backends.latex_math import LATEX
from symrnn.backends.repeats import Exchange, Stretch, repeat
from symrnn.program import Program


@dataclass(frozen=True)
class Alike:
    """Equations that read like others, and what is exchanged in them."""

    equations: str
    like: str
    marks: str
    others: str


@dataclass(frozen=True)
class Once:
    """What a document tells once: symbols of equations, and those that equations bind."""

    forward: tuple[Alike, ...]
    backward: tuple[Alike, ...]
    symbols: frozenset[str]
    copied: frozenset[str]
    papers: frozenset[str]  # of equations as papers print them


def once(program: Program, gradient: Program) -> Once:
    """The equal parts of a network; all of it is told where there are none."""
    found = copies(program, gradient)
    labels = [{one.lhs: str(one.number) for one in printed(each)} for each in (program, gradient)]
    repeats = [repeat(program, one, *labels) for one in found]
    ahead = [new for one in found for _, new in one.forward]
    back = _backward(found)
    return Once(
        tuple(_alike(one.forward, one.marks, one.others) for one in repeats),
        tuple(_alike(one.backward, (), ()) for one in repeats if one.backward),
        told_once(program, ahead) | told_once(gradient, back), frozenset((*ahead, *back)),
        frozenset(_backward(copies(program, published(gradient)) if found else ())))


def _backward(found: Iterable[Copy]) -> list[str]:
    return [new for one in found for _, new in one.backward]


def _alike(stretches: tuple[Stretch, ...], marks: tuple[Exchange, ...],
           others: tuple[Exchange, ...]) -> Alike:
    return Alike(", ".join(_span(one.first, one.last) for one in stretches),
                 ", ".join(_span(one.like_first, one.like_last) for one in stretches),
                 _exchanged(marks), _exchanged(others))


def _span(first: str, last: str) -> str:
    return f"({first})" if first == last else f"({first})--({last})"


def _exchanged(pairs: tuple[Exchange, ...]) -> str:
    return ", ".join(rf"\mbox{{${LATEX(new)}$ for ${LATEX(old)}$}}" for new, old in pairs)
