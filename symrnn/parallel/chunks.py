"""Affine parts in chunks: products of matrices inside a chunk, states between chunks.

The decays of a chunk are products of those of its steps, each made from the one before it. None is
divided by another, as in the form with cumulative products, and no logarithm is taken: small gates
underflow to zero, which is what they do one step after the other too, and they may be negative.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from math import prod

import numpy as np

from symrnn.parallel.pieces import Pieces, Values
from symrnn.parallel.products import Pair, lined_up, product
from symrnn.program import Span
from symrnn.program.interpret import evaluate
from symrnn.recurrences import Chunkwise, Operand, Scan, Term
from symrnn.runtime.shapes import Array

NUMBERS = 1 << 20  # of decays that are there at a time
STEP, EARLIER, SAMPLE = "TSB"  # letters beside those of axes


class InChunks:
    """One part in chunks of so many steps, as many of them side by side as memory is good for."""

    def __init__(self, scan: Scan, form: Chunkwise, chunk: int) -> None:
        self.delays, self.form, self.chunk = scan.part.delays, form, chunk
        self.back = slice(None, None, scan.part.delays[0].step)

    def run(self, own: Values, pieces: int, steps: int) -> Values:
        """What others read of the states, and the final states."""
        state, found = [own[one.initial] for one in self.delays], list[Values]()
        for first, cut in self._spans(state[0], steps):
            chunks = _Chunks(self.form, self._side_by_side(own, first, cut), state, cut)
            given, state = chunks.given(), chunks.last
            found.append(given)
        every = {name: np.concatenate([one[name] for one in found])[self.back]
                 for name in found[0]}
        return {**every, **{one.final: last for one, last in zip(self.delays, state, strict=True)}}

    def _spans(self, state: Array, steps: int) -> Iterator[tuple[int, Pieces]]:
        """Which steps are there at a time, from the first on, and in how many chunks."""
        length = min(self.chunk, steps)
        sizes = dict(zip(self.form.letters, state.shape[1:], strict=True))
        own = len(state) * prod(sizes[one] for one in self.form.decayed)
        many, most = steps // length, max(1, NUMBERS // (length * length * max(1, own)))
        for first in range(0, many, most):
            count = min(most, many - first)
            yield first * length, Pieces(count, count * length, True)
        if steps % length:
            yield many * length, Pieces(1, steps % length, True)

    def _side_by_side(self, own: Values, first: int, cut: Pieces
                      ) -> dict[Operand, Array]:
        """All operands, [length, chunks B, ...], or for each sample alone."""
        found = dict[Operand, Array]()
        for one in self.form.operands:
            if one.formula is not None:
                found[one] = _computed(one, own).astype(own[self.delays[0].initial].dtype)
            elif one.span is Span.SEQUENCE:
                array = own[one.name][self.back][first:first + cut.steps]
                found[one] = cut.side_by_side(array)
            else:
                array = own[one.name]
                found[one] = np.concatenate([array] * cut.count) if one.span else array
        return found


def _computed(one: Operand, own: Values) -> Array:
    """A formula of parameters, in float64."""
    letters = dict(one.constants)
    with np.errstate(over="ignore"):  # of a part that goes to its limit
        return np.asarray(evaluate(one.formula, lambda name: lined_up(
            (letters[name], own[name].astype(float)), one.letters), {}))


@dataclass
class _Chunks:
    """Some chunks that are there at a time, and the states before them."""

    form: Chunkwise
    values: dict[Operand, Array]
    last: list[Array]
    cut: Pieces

    def __post_init__(self) -> None:
        self.axes = self.form.decayed
        self.moves = any(one.span is not Span.CONSTANT for one in self.form.decays.values())
        self.sizes = dict(zip(self.form.letters, self.last[0].shape[1:], strict=True))
        self.sizes |= {STEP: self.cut.length, EARLIER: self.cut.length,
                       SAMPLE: self.cut.count * len(self.last[0])}
        self.decays = self._decays()

    def given(self) -> Values:
        """What others read of the states of all steps; the states behind all chunks are last."""
        starts = self._starts()
        return {one.name: self.cut.in_time(reduce(np.add, (
            self._read(old, term, starts, one.letters) for old, term in one.terms)))
            for one in self.form.readings}

    def _pair(self, one: Operand, step: str) -> Pair:
        before = {Span.SEQUENCE: step + SAMPLE, Span.BATCH: SAMPLE, Span.CONSTANT: ""}[one.span]
        return before + one.letters, self.values[one]

    def _decays(self) -> Array:
        """By new and old state, step, and earlier step: 0 is the start of a chunk, then its steps.

        [states, states, length, length + 1, samples or 1, axes of the decays].
        """
        places, length = range(len(self.last)), self.cut.length
        sizes = [self.sizes[SAMPLE] if self.moves else 1, *(self.sizes[one] for one in self.axes)]
        kind = self.last[0].dtype
        steps = np.zeros((len(places), len(places), length, *sizes), kind)
        for (new, old), one in self.form.decays.items():
            steps[new, old] = lined_up(self._pair(one, STEP), STEP + SAMPLE + self.axes)
        found = np.zeros((len(places), len(places), length, length + 1, *sizes), kind)
        before = np.zeros((len(places), len(places), 1, *sizes), kind)
        before[places, places] = 1
        for step in range(length):
            found[:, :, step, :step + 1] = (
                steps[:, :, step][:, :, None, None] * before[None]).sum(1)
            found[places, places, step, step + 1] = 1
            before = found[:, :, step, :step + 2]
        return found

    def _decay(self, new: int, old: int, step: int | slice, earlier: int | slice) -> Pair:
        letters = STEP * isinstance(step, slice) + EARLIER * isinstance(earlier, slice)
        array = self.decays[new, old, step, earlier]
        if self.moves:
            return letters + SAMPLE + self.axes, array
        return letters + self.axes, array.reshape([*array.shape[:len(letters)],
                                                   *array.shape[len(letters) + 1:]])

    def _times(self, first: Pair, *terms: tuple[Term, str], extra: tuple[Pair, ...] = (),
               out: str) -> Array:
        """A product of decays, of terms at their steps and of others, summed to some axes."""
        pairs = [first, *extra, *(self._pair(one, step) for term, step in terms
                                  for one in term.operands)]
        number = float(np.prod([term.number for term, _ in terms]))
        return number * product(pairs, self.form.letters, out, self.sizes)

    def _starts(self) -> list[Array]:
        """The states before all chunks, [chunks B, ...] each."""
        places, out = range(len(self.last)), SAMPLE + self.form.letters
        ends = [sum((self._times(self._decay(new, old, -1, slice(1, None)), (term, EARLIER),
                                 out=out) for old in places for term in self.form.written[old]),
                    np.zeros((self.sizes[SAMPLE], *self.last[0].shape[1:]), self.last[0].dtype))
                for new in places]
        kept = [[np.broadcast_to(lined_up(self._decay(new, old, -1, 0), out), ends[0].shape)
                 for old in places] for new in places]
        starts = [np.empty_like(self.cut.apart(one)) for one in ends]
        for chunk in range(self.cut.count):
            for place in places:
                starts[place][chunk] = self.last[place]
            self.last = [sum((self.cut.apart(kept[new][old])[chunk] * self.last[old]
                              for old in places), self.cut.apart(ends[new])[chunk])
                         for new in places]
        return [one.reshape(ends[0].shape) for one in starts]

    def _read(self, new: int, term: Term, starts: list[Array], letters: str) -> Array:
        """A sum over one state of every step, [length, chunks B, ...]."""
        out, every, places = STEP + SAMPLE + letters, slice(None), range(len(starts))
        found = [self._times(self._decay(new, old, every, 0), (term, STEP), out=out, extra=(
            (SAMPLE + self.form.letters, starts[old]),)) for old in places]
        found += [self._times(self._decay(new, old, every, slice(1, None)), (one, EARLIER),
                              (term, STEP), out=out)
                  for old in places for one in self.form.written[old]]
        return reduce(np.add, found)
