"""Many random cells through all kernels; of those that fail, the smallest is kept."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from zlib import crc32

from hypothesis import HealthCheck, Phase, given, reject, seed, settings

from symrnn.cellfile import parse
from symrnn.checking.ladder import RUNGS, Rung, climb, compared
from symrnn.checking.numeric import UNITS
from symrnn.checking.subject import Expected, expected
from symrnn.fuzzing import drawing
from symrnn.fuzzing.cells import cells
from symrnn.fuzzing.lengths import USUAL, Lengths, lengths
from symrnn.fuzzing.others import Other
from symrnn.kernels import compile
from symrnn.pipeline import derive
from symrnn.program.interpret import allow_depth
from symrnn.program import Program, ProgramError
from symrnn.runtime.compiler import FOUND, Toolchain, compiled_by, slightly_optimised
from symrnn.schedule import Plan

QUICK = tuple(one for one in RUNGS if not one.tangents)
LEAN = tuple(one for one in RUNGS if not one.related)


@dataclass(frozen=True)
class Made:
    """A way to make a kernel of a program, and what is asked of it.

    A ``toolchain`` and a ``level`` of optimisation are those of C, where they are chosen. It is
    made for one cell of ``every`` so many: which ones, their texts tell.
    """

    name: str
    backend: str
    profile: str = "simd"
    threads: int = 1
    rungs: tuple[Rung, ...] = RUNGS
    toolchain: Toolchain = FOUND
    level: tuple[str, ...] = ()
    every: int = 1

    def among(self, long: Lengths) -> tuple[Rung, ...]:
        """What is asked of it with arrays of these lengths."""
        return tuple(one for one in self.rungs if long.are_small or not one.quadratic)

    def has(self, text: str) -> bool:
        """True where it is made for this cell."""
        return crc32(text.encode()) % self.every == 0


NUMPY = Made("NumPy", "numpy")
PORTABLE = Made("C, portable", "c", "portable", rungs=QUICK)
FAST = Made("C, fast", "c", rungs=QUICK)
SAMPLES = Made("C over samples", "c", "samples", rungs=QUICK)
KERNELS = (NUMPY, PORTABLE, FAST, SAMPLES)


class Wrong(AssertionError):
    """A kernel that computes something else than its equations say, or does not come to be."""


@dataclass
class Report:
    """What became of the cells that were drawn."""

    tried: int = 0
    refused: int = 0  # a part of the cell has no effect, and the language says so
    incomparable: int = 0  # not finite, or rounding grows so that no fault would show
    failure: str = ""
    text: str = ""  # the smallest cell that fails
    lengths: Lengths = USUAL

    def __str__(self) -> str:
        held = self.tried - self.refused - self.incomparable
        said = f"{held} cells held against their equations"
        left = [f"{count} {why}" for count, why in ((self.refused, "refused by the language"),
                                                    (self.incomparable, "that cannot be compared"))
                if count]
        told = f"{said} ({', '.join(left)} besides)" if left else said
        if not self.failure:
            return told
        return f"{told}\nwrong, with {self.lengths}:\n{self.failure}\n\n{self.text}"


@dataclass(frozen=True)
class Campaign:
    """So many cells; ``others`` compute them without kernels.

    The same seed draws the same cells in every process.
    """

    cells: int
    seed: int = 0
    kernels: tuple[Made, ...] = KERNELS
    others: tuple[Other, ...] = ()
    report: Report = field(default_factory=Report)

    def run(self, told: Callable[[int], None] = lambda number: None) -> Report:
        """Draw cells until one fails or all are done; ``told`` hears how many were tried."""
        @seed(self.seed)
        @settings(max_examples=self.cells, deadline=None, database=None, print_blob=False,
                  suppress_health_check=list(HealthCheck), phases=(Phase.generate, Phase.shrink),
                  backend=drawing.NAME)
        @given(cells(), lengths())
        def every(text: str, long: Lengths) -> None:
            told(self.report.tried)
            self.tried(text, long)

        allow_depth()  # Hypothesis objects to whoever changes it later
        try:
            every()
        except Wrong as wrong:
            self.report.failure = str(wrong)
        return self.report

    def tried(self, text: str, long: Lengths) -> None:
        """One cell. Raises Wrong with what is wrong of it."""
        self.report.tried += 1
        try:
            plan = derive(parse(text))
        except ProgramError:
            self.report.refused += 1
            reject()
        found = findings(plan, self._kernels(text), self.others, long)
        if found is None:
            self.report.incomparable += 1
        elif found:
            self.report.text, self.report.lengths = text, long
            raise Wrong("\n".join(found))

    def _kernels(self, text: str) -> tuple[Made, ...]:
        """Those that have the cell; all from the first failure on, so that smaller cells fail."""
        return tuple(one for one in self.kernels if self.report.text or one.has(text))


def findings(plan: Plan, kernels: tuple[Made, ...], others: tuple[Other, ...] = (),
             long: Lengths = USUAL) -> list[str] | None:
    """What is wrong with the kernels of a program, and with others; None where none can be told."""
    wanted = expected(plan, 1, long.steps, long.samples, long.smallest)
    tangents = any(rung.tangents for one in kernels for rung in one.rungs)
    if not (wanted.comparable if tangents else wanted.has_values):
        return None
    return [*(f"{one.name}: {finding}" for one in kernels
              for finding in _of(plan.program, one, wanted, one.among(long))),
            *(finding for one in others for finding in _by(one, wanted))]


def _by(other: Other, wanted: Expected) -> list[str]:
    """What another computes wrongly; an exception is a finding too."""
    try:
        found = other.computed(wanted.case)
        held = (compared(other.name, "the equations", name, one, wanted.values[name],
                         wanted.scales[name], UNITS * max(other.rounding, wanted.noise[name]),
                         other.rounding) for name, one in found.items())
        return [str(one) for one in held if not one.holds]
    except Exception as error:
        return [f"{other.name}: {type(error).__name__}: {error}"]


def _of(program: Program, made: Made, wanted: Expected, rungs: tuple[Rung, ...]) -> list[str]:
    """What one kernel computes wrongly; an exception is a finding too."""
    try:
        level = slightly_optimised(*made.level) if made.level else nullcontext()
        with compiled_by(made.toolchain), level:
            kernel = compile(program, made.backend, "float64", profile=made.profile,
                             threads=made.threads)
            return [str(one) for one in climb(kernel, wanted, rungs)]
    except Exception as error:
        return [f"{type(error).__name__}: {error}"]
