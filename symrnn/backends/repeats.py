"""How a document tells of a copy: which equations read like which, and under what marks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from symrnn.backends.copies import Copy, Pair
from symrnn.backends.document import DocumentPrinter
from symrnn.backends.formula import Formula, Symbol
from symrnn.program import ARROWS, Glyph, Program

Exchange = tuple[Formula, Formula]  # what stands in the copy, and in whose place
Marks = tuple[tuple[Glyph, Glyph], ...]


@dataclass(frozen=True)
class Stretch:
    """Equations in a row that read like others: the labels of the first and the last of both."""

    first: str
    last: str
    like_first: str
    like_last: str


@dataclass(frozen=True)
class Repeat:
    """A copy: its equations, the marks that its symbols have for others, and what else changes."""

    forward: tuple[Stretch, ...]
    backward: tuple[Stretch, ...]
    marks: tuple[Exchange, ...]
    others: tuple[Exchange, ...]


def repeat(program: Program, copy: Copy, forward: Mapping[str, str],
           backward: Mapping[str, str]) -> Repeat:
    """A copy as a document tells of it, with the labels of equations by what they bind."""
    pairs = [(old, new) for old, new in copy.names.items() if old != new]
    changes = {pair: _change(program[pair[0]].glyph, program[pair[1]].glyph) for pair in pairs}
    common = _commonest(changes.values())
    printer = DocumentPrinter(program)
    others = [(printer.symbol(new), printer.symbol(old)) for old, new in pairs
              if changes[old, new] != common and program[old].stands_for is None]
    sizes = [(printer.size(new), printer.size(old))
             for old, new in copy.sizes.items() if old != new]
    return Repeat(_stretches(copy.forward, forward), _stretches(copy.backward, backward),
                  tuple((Symbol(new), Symbol(old)) for old, new in common),
                  tuple(dict.fromkeys((*others, *sizes))))


def _change(old: Glyph, new: Glyph) -> Marks | None:
    """The marks above a symbol that differ; None where more than these does."""
    before, after = _marks(old), _marks(new)
    if _without_marks(old) != _without_marks(new) or len(before) != len(after):
        return None
    return tuple(pair for pair in zip(before, after, strict=True) if pair[0] != pair[1])


def _marks(glyph: Glyph) -> tuple[Glyph, ...]:
    """What stands above a symbol, an arrow of its direction first."""
    arrows = (Glyph.marks(ARROWS[one]) for one in glyph.accents if one in ARROWS)
    return (*arrows, *glyph.sup)


def _without_marks(glyph: Glyph) -> Glyph:
    accents = tuple(one for one in glyph.accents if one not in ARROWS)
    return replace(glyph, sup=(), accents=accents)


def _commonest(changes: Iterable[Marks | None]) -> Marks:
    """The change of most symbols; none where they differ by more than marks."""
    often = Counter(one for one in changes if one)
    return often.most_common(1)[0][0] if often else ()


def _stretches(pairs: Sequence[Pair], labels: Mapping[str, str]) -> tuple[Stretch, ...]:
    """Pairs of equations as rows of consecutive ones; parts of an equation have no label."""
    place = {name: at for at, name in enumerate(labels)}
    shown = [(labels[old], labels[new], place[old], place[new]) for old, new in pairs
             if old in labels and new in labels]
    return tuple(Stretch(run[0][1], run[-1][1], run[0][0], run[-1][0]) for run in _runs(shown))


def _runs(shown: Sequence[tuple[str, str, int, int]]
          ) -> Iterator[list[tuple[str, str, int, int]]]:
    run = list[tuple[str, str, int, int]]()
    for one in shown:
        if run and (one[2], one[3]) != (run[-1][2] + 1, run[-1][3] + 1):
            yield run
            run = []
        run.append(one)
    if run:
        yield run
