"""What differs looks different: symbols of one program whose printed forms would be equal.

``x_1`` and ``x__1`` are both x with index 1; a parameter ``h_t`` prints as the state h at step t.
Whichever of the two is not read off its name, else the later one, is printed as its name stands,
upright. Derivations and transforms draw on the glyphs, so they inherit it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import count

from symrnn.program.form import Program, Size, Span, Variable
from symrnn.program.notation import Glyph
from symrnn.program.terminal import glyph_text

STEPS = ("t", "t-1", "t+1", "0", "1", "T", "T+1")
OWN = frozenset(map(Glyph.named, "tTL"))  # in every document: step, number of steps, loss

Form = Glyph | str  # in a document, and in the terminal
NONE = frozenset[Form]()


def distinct(program: Program) -> Program:
    """The program with glyphs that no two symbols share, in documents and in the terminal."""
    taken, changed = _Taken(), dict[str, Glyph]()
    for family in sorted(_families(program), key=_rank):
        glyph = next(one for one in _wishes(family[0]) if taken.takes(family, one))
        if glyph is not family[0].glyph:
            changed |= {one.name: _at_step(glyph, one) for one in family}
    sizes = tuple(_apart(one, taken.constant | taken.steps) for one in program.sizes)
    if not changed and sizes == program.sizes:
        return program
    program = program.replacing(replace(program[name], glyph=one)
                                for name, one in changed.items())
    return replace(program, sizes=sizes)


class _Taken:
    """What symbols print as so far: as they stand, at any step, and without a step."""

    def __init__(self) -> None:
        self.standing, self.steps, self.constant = set[Form](), set[Form](), set[Form](OWN)

    def takes(self, family: Sequence[Variable], glyph: Glyph) -> bool:
        """True, and the forms are taken, where no other symbol prints as one of them."""
        places = tuple((one.glyph.shift, one.glyph.index) for one in family if _in_time(one))
        forms = _printed(glyph, places, len(places) < len(family))
        if (forms.standing & self.standing or (forms.standing | forms.steps) & self.constant
                or forms.constant & (self.constant | self.standing | self.steps)):
            return False
        self.standing |= forms.standing
        self.steps |= forms.steps
        self.constant |= forms.constant
        return True


@dataclass(frozen=True)
class _Forms:
    """What one symbol prints as: as it stands, at any step, and where it has no step."""

    standing: frozenset[Form]
    steps: frozenset[Form]
    constant: frozenset[Form]


@lru_cache(maxsize=10_000)
def _printed(glyph: Glyph, places: tuple[tuple[int, str], ...], constant: bool) -> _Forms:
    """The forms of a glyph at places in time, each a shift and an index."""
    timed = [replace(glyph, shift=shift, index=index) for shift, index in places]
    return _Forms(NONE.union(*(_forms(one, one.index or _step(one.shift)) for one in timed)),
                  NONE.union(*map(_at_any_step, timed[:1])),
                  _forms(glyph, "") if constant else NONE)


def _in_time(variable: Variable) -> bool:
    return variable.span is Span.SEQUENCE or bool(variable.glyph.index)


def _step(shift: int) -> str:
    return f"t{shift:+d}" if shift else "t"


def _at_step(glyph: Glyph, variable: Variable) -> Glyph:
    """A glyph at the step of a variable's own."""
    return replace(glyph, shift=variable.glyph.shift, index=variable.glyph.index)


@lru_cache(maxsize=100_000)
def _forms(glyph: Glyph, step: str) -> frozenset[Form]:
    """What a symbol prints as at some step, in a document and in the terminal."""
    still = replace(glyph, shift=0, index=step)
    return frozenset((still.standing(),
                      f"terminal: {glyph_text(still)}" + (f"[{step}]" if step else "")))


@lru_cache(maxsize=10_000)
def _at_any_step(glyph: Glyph) -> frozenset[Form]:
    return NONE.union(*(_forms(glyph, step) for step in STEPS))


def _families(program: Program) -> list[list[Variable]]:
    """The printed variables; what a delay joins is one symbol at several steps."""
    of = {name: delay.source for delay in program.delays
          for name in (delay.lhs, delay.initial, delay.final)}
    found: dict[str, list[Variable]] = {}
    for one in program.variables:
        if one.stands_for is None:
            found.setdefault(of.get(one.name, one.name), []).append(one)
    for name, family in found.items():
        family.sort(key=lambda one: one.name != name)
    return list(found.values())


def _rank(family: Sequence[Variable]) -> tuple[bool, bool, bool]:
    """Who keeps its glyph: no derivative, read off its name (``x__1`` is not), a step to it."""
    first = family[0]
    named = all(first.name.rpartition(".")[2].split("_"))
    return bool(first.of), not named, not _in_time(first)


def _wishes(variable: Variable) -> Iterable[Glyph]:
    """Its own glyph, then its name upright, then that with a number."""
    yield variable.glyph
    upright = Glyph.upright(variable.name)
    yield upright
    yield from (replace(upright, sup=(Glyph.marks(f"({number})"),)) for number in count(2))


def _apart(size: Size, taken: set[Form]) -> Size:
    """A size that no variable prints as: ``size_m`` beside a parameter m, as in the code."""
    wishes = (size.glyph, *(Glyph.upright(word) for word in
                            (size.name, f"size_{size.name}", f"the_size_{size.name}")))
    glyph = next((one for one in wishes if not taken & _forms(one, "")), size.glyph)
    return size if glyph is size.glyph else replace(size, glyph=glyph)
