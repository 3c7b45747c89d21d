"""The whole of a comparison: a proof with its guard, or a counter-example, or neither."""

from __future__ import annotations

import os
from collections.abc import Iterator

from symrnn.catalogue import find, is_path
from symrnn.comparison.candidates import closest
from symrnn.comparison.correspondence import Correspondence
from symrnn.comparison.numbers import Difference, first_difference
from symrnn.comparison.polynomial import TooLarge
from symrnn.comparison.proof import Proof, proved, prove
from symrnn.comparison.result import Comparison, Verdict
from symrnn.comparison.subject import Subject, interfaces
from symrnn.interop.conventions import FRAMEWORKS, convention, is_convention
from symrnn.program import Program, UnknownName

NONE = "No renaming, sign, transpose or merge of parameters makes their normal forms equal."
CUT_SHORT = "The search for a mapping was cut short; under the closest one they differ."
Comparable = Program | str | os.PathLike[str]


def compare(a: Comparable, b: Comparable) -> Comparison:
    """Whether two cells or conventions compute the same function.

    Each is a program, the name of a cell, the path of a cell file, or a convention such as
    ``"pytorch-gru"`` or ``"onnx-gru:linear_before_reset=1"``. Inputs, initial states and
    outputs correspond one to one; a parameter may be another one under another name, with the
    other sign, transposed, or a sum of several of which only the sum counts. Where a proof is
    found, ``weights`` carries a's parameters over to b. Where none is, the two are run under
    the closest mapping. Raises ValueError, and CellFileError for a file that cannot be read.
    """
    left, right = subject(a), subject(b)
    try:
        attempt = prove(left, right)
        if attempt.proof is not None:
            return _guarded(left, right, attempt.proof)
        return _refuted(left, right, attempt.complete)
    except TooLarge as error:
        remark = f"There is no normal form: {error}."
        return Comparison(left, right, Verdict.OPEN, None, remarks=(remark,))


def subject(of: Comparable) -> Subject:
    """What is to be compared, by what people call it."""
    if isinstance(of, Program):
        return Subject(of.name, of)
    name = os.fspath(of)
    if isinstance(of, str) and is_convention(name):
        one = convention(name)
        return Subject(name, one.program, one)
    try:
        return Subject(name, find(name).build())
    except UnknownName as error:
        if is_path(name):
            raise
        raise UnknownName(f"{error}; conventions are {', '.join(FRAMEWORKS)}") from None


def _guarded(left: Subject, right: Subject, found: Proof) -> Comparison:
    """A proof, unless the kernels contradict it: then one of the two has a fault."""
    mapping = found.correspondence
    against = first_difference(left.program, right.program, mapping, False)
    if against is not None:
        remark = "The kernels contradict the proof, which is a fault of symrnn: report it."
        return Comparison(left, right, Verdict.OPEN, mapping, found.steps, against, (remark,))
    merged = any(pair.merges for pair in mapping.parameters)
    verdict = Verdict.MERGED if merged else Verdict.SAME
    return Comparison(left, right, verdict, mapping, found.steps)


def _refuted(left: Subject, right: Subject, complete: bool) -> Comparison:
    """A counter-example under each close correspondence, or the one that has none."""
    candidates = list(_close(left, right))
    if not candidates:
        remark = "Their inputs or their outputs do not go together in number and axes."
        return Comparison(left, right, Verdict.DIFFERENT, None, remarks=(remark,))
    seen: list[tuple[Correspondence, Difference, tuple[str, ...]]] = []
    for candidate in candidates:
        difference, remarks = _against(left, right, candidate)
        if difference is None:
            return Comparison(left, right, Verdict.OPEN, candidate)
        seen.append((candidate, difference, remarks))
    mapping, difference, remarks = max(seen, key=lambda one: len(one[2]))
    remark = NONE if complete else CUT_SHORT
    verdict = Verdict.DIFFERENT if complete else Verdict.OPEN
    return Comparison(left, right, verdict, mapping, (), difference, (*remarks, remark))


def _close(left: Subject, right: Subject) -> Iterator[Correspondence]:
    """The likeliest correspondences, by name and by place, each once."""
    sides = list(interfaces(left.program, right.program))
    # Another number of states: those without counterpart begin at zero.
    sides = sides or list(interfaces(left.program, right.program, with_states=False))
    made = [closest(left, right, one, by_name) for by_name in (True, False) for one in sides]
    yield from dict.fromkeys(made)


def _against(left: Subject, right: Subject,
             one: Correspondence) -> tuple[Difference | None, tuple[str, ...]]:
    """A counter-example under one correspondence, and what holds beside it.

    What stands alone on one side is zero first; if that makes the two agree, one is a special
    case of the other, and values show how they differ.
    """
    plain = first_difference(left.program, right.program, one, False)
    if plain is not None or one.whole:
        return plain, ()
    strict = len(one.states) == len(left.program.delays) == len(right.program.delays)
    one_sided = not (one.alone_left and one.alone_right)
    special = strict and one_sided and proved(left.program, right.program, one) is not None
    alone = ", ".join((*one.alone_left, *one.alone_right))
    remarks = (f"With {alone} zero they are proved to be one function.",) if special else ()
    return first_difference(left.program, right.program, one, True), remarks
