"""What the checker of loop trees refuses, and that it lets everything else through."""

from __future__ import annotations

import pytest

from symrnn.loops import (REAL, SIZE, Argument, Assign, Body, Choose, Declare, Element, For,
                          Function, LoopError, Name, Over, Pointer, Section, Size, Whole, checked)

M, N = Size("m", "m"), Size("n", "n")
X, Y = Name("x"), Name("y")
ARRAYS = (Declare("x", Pointer(REAL, const=True), Name("in"), (M,)),
          Declare("y", Pointer(REAL), Name("out"), (M,)))
ARGUMENTS = (Argument("in", Pointer(REAL, const=True)), Argument("out", Pointer(REAL)))


def function(*body: object) -> Function:
    return Function("step", ARGUMENTS, (*ARRAYS, *body))  # type: ignore[arg-type]


def loop(*body: object, index: str = "j", stop: Size = M) -> For:
    return For(index, stop, body, Over.UNITS)  # type: ignore[arg-type]


def at(array: Name, index: str = "j", size: Size = M) -> Element:
    return Element(array, (Name(index),), (size,))


COPY = Assign(at(Y), at(X))
GOOD: dict[str, Body] = {
    "a copy": (loop(COPY),),
    "a sum": (Declare("sum", REAL, Whole(0), constant=False),
              loop(Assign(Name("sum"), at(X), "+=")), Assign(at(Y, "k", M), Name("sum"))),
    "a running maximum": (loop(Assign(at(Y), at(X)), Assign(
        at(Y), Choose(at(X).compared(">", at(Y)), at(X), at(Y)))),),
    "two loops of one index": (loop(COPY), loop(Assign(at(Y), at(X), "+="))),
    "an index held by a condition": (loop(Assign(Element(Y, (Name("k"),), (M,)), Choose(
        Name("k").compared("<", M), at(X, "k"), Whole(0))), index="k", stop=M),),
    "all entries in a row": (loop(Assign(at(Y), Whole(0))),),
}
GOOD["a sum"] = (*GOOD["a sum"][:2], For("k", M, GOOD["a sum"][2:], Over.UNITS))

BAD = {
    "a name that nobody binds": (loop(Assign(at(Y), Name("z"))), "uses z before it is bound"),
    "a name before its declaration": (
        Section("early", (Declare("a", SIZE, Name("b")), Declare("b", SIZE, Whole(1)))),
        "uses b before it is bound"),
    "a name of another scope": (
        Section("late", (loop(Declare("a", SIZE, Whole(1))), Declare("b", SIZE, Name("a")))),
        "uses a before it is bound"),
    "a name bound twice": (
        Section("twice", (Declare("a", SIZE, Whole(1)), Declare("a", SIZE, Whole(2)))),
        "binds a twice"),
    "an argument bound again": (Declare("out", SIZE, Whole(1)), "binds out twice"),
    "an index bound again": (loop(loop(COPY)), "binds j twice"),
    "a value set twice": (loop(COPY, COPY), "sets y twice"),
    "a constant set": (Section("", (Declare("a", SIZE, Whole(1)), Assign(Name("a"), Whole(2)))),
                       "assigns a, which is constant"),
    "an index set": (loop(Assign(Name("j"), Whole(2))), "assigns j, which is constant"),
    "an index of another size": (loop(COPY, stop=N), "runs j over n, but in y over m"),
    "an array of another shape": (loop(Assign(at(Y, size=N), Whole(0)), stop=N),
                                  "reads y as an array of another shape"),
    "an index too few": (Assign(Element(Y, (), (M,)), Whole(0)), "gives y 0 indices for 1 axes"),
}


@pytest.mark.parametrize("what", GOOD)
def test_what_is_well_formed_passes_unchanged(what: str) -> None:
    assert checked(function(*GOOD[what])) == function(*GOOD[what])


@pytest.mark.parametrize("what", BAD)
def test_what_is_not_is_refused_in_one_sentence(what: str) -> None:
    statement, message = BAD[what]
    with pytest.raises(LoopError) as caught:
        checked(function(statement))
    assert str(caught.value) == f"step {message}"
