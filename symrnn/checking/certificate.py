"""A certificate: what of a network was compared with what, how many numbers, how far apart.

What every machine gives alike stands apart from what was measured, and from where. The lowest rung
holds the derivation against complex steps, which know no rule; the next the interpreter against
itself in extended precision; then each kernel climbs the ladder, and its gradients are held
against complex steps in extended precision, an oracle that knows neither rules nor kernels.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from typing import Any

import numpy as np
import sympy

from symrnn.checking.ladder import RUNGS, Held, compared, held
from symrnn.checking.numeric import OUT_OF_DOMAIN, UNITS
from symrnn.checking.reference import Case, complex_step_gradient, differentiable, random_case
from symrnn.checking.subject import Expected, Subject, expected
from symrnn.kernels import compile
from symrnn.pipeline import derive
from symrnn.program import Program, ProgramError, digest, short_digest
from symrnn.rendering import MARK
from symrnn.runtime.machine import machine
from symrnn.schedule import Plan
from symrnn.targets import CHECKED, RUN, Target

EPS = float(np.finfo(np.float64).eps)
RULE, ITSELF = "complex steps of the equations", "itself in extended precision"
ONCE = tuple(one for one in RUNGS if not one.tangents)  # of C: more would compile for long
ORACLE = "complex steps in extended precision"
DERIVATION, INTERPRETER = "derivation", "interpreter"
BY_ITSELF = {"rule": RULE, "extended precision": ITSELF, "oracle": ORACLE}  # besides the rungs


class Incomparable(ProgramError):
    """Equations without finite values at random arguments: nothing of them can be compared."""


@dataclass(frozen=True)
class Row:
    """One rung: by whom it was computed, all its arrays, and the worst of them."""

    by: str
    arrays: int
    numbers: int
    worst: Held
    wrong: tuple[Held, ...]


@dataclass(frozen=True)
class Certificate:
    """All that was held for one network, and the command that does it again."""

    name: str
    program: Program
    command: str
    seed: int
    sizes: dict[str, int]
    rows: tuple[Row, ...]

    @property
    def wrong(self) -> tuple[str, ...]:
        """A sentence for every array that does not hold."""
        return tuple(f"{self.name}: {row.by}: {one}" for row in self.rows
                     for one in row.wrong)

    @property
    def json(self) -> str:
        """The certificate as data. The same bytes wherever the environment is the same."""
        rows = [{"by": row.by, "rung": row.worst.rung, "against": row.worst.against,
                 "arrays": row.arrays, "numbers": row.numbers} for row in self.rows]
        measured = [{"holds": not row.wrong, "array": row.worst.array,
                     "entry": row.worst.entry, "relative": row.worst.error,
                     "ulps": row.worst.error / row.worst.rounding,
                     "bound": row.worst.bound} for row in self.rows]
        return json.dumps({
            "//": f"{MARK} from equations {self.equations}: {self.command}",
            "command": self.command, "network": self.name, "equations": digest(self.program),
            "seeds": [self.seed, self.seed + 1], "sizes": self.sizes, "compared": rows,
            "measured": measured, "environment": self.environment}, indent=1) + "\n"

    @property
    def equations(self) -> str:
        """The digest of the equations, as files bear it."""
        return short_digest(self.program)

    @property
    def environment(self) -> dict[str, str]:
        """What the measured numbers depend on besides the equations."""
        return {"symrnn": metadata.version("symrnn"), "python": platform.python_version(),
                "numpy": np.__version__, "sympy": sympy.__version__, **machine()}

    @property
    def text(self) -> str:
        """The certificate as a table."""
        head = ("by", "rung", "against", "arrays", "numbers", "ulps", "relative", "worst array")
        body = [(row.by, row.worst.rung, row.worst.against, str(row.arrays), str(row.numbers),
                 f"{row.worst.error / row.worst.rounding:.2f}", f"{row.worst.error:.1e}",
                 f"{row.worst.array}{' WRONG' * bool(row.wrong)}") for row in self.rows]
        wide = [max(map(len, column)) for column in zip(head, *body, strict=True)]
        lines = ["  ".join(word.ljust(width) for word, width in zip(line, wide, strict=True))
                 for line in (head, *body)]
        told = [f"{MARK} from equations {self.equations}: {self.command}",
                f"{self.name}: {self.program.title}", "", *lines, "",
                "Errors are of each array's largest entry; ulps are its units in the last place.",
                *(f"{name}: {value}" for name, value in self.environment.items())]
        return "\n".join(map(str.rstrip, told)) + "\n"


def certificate(program: Program, name: str, command: str, seed: int = 0,
                targets: tuple[Target, ...] = CHECKED) -> Certificate:
    """Climb all rungs; variants of one cell differ in ``name``.

    Raises Incomparable where random arguments give no finite values.
    """
    plan = derive(program)
    wanted = _comparable(plan, seed)
    longer = Expected(_longer(wanted.case), wanted.arrows)
    steps = {one.name: complex_step_gradient(longer.case, one.name)
             for one in differentiable(program)}
    found = [*_rows(DERIVATION, _gradients("rule", wanted.values, steps, wanted)),
             *_rows(INTERPRETER, _itself(wanted, longer))]
    for target in targets:
        kernel = compile(program, dtype="float64", **target.choice)
        own = Subject(kernel, wanted.case).gradients
        found += _rows(_computer(target), (
            *held(kernel, wanted, RUNGS if target.backend == "numpy" else ONCE),
            *_gradients("oracle", own, steps, wanted)))
    return Certificate(name, program, command, seed, wanted.case.sizes, tuple(found))


def said() -> frozenset[str]:
    """All words by which a certificate calls who computed, what was compared, and with what."""
    return frozenset((DERIVATION, INTERPRETER, *map(_computer, RUN), *BY_ITSELF,
                      *BY_ITSELF.values(), *(word for one in RUNGS
                                             for word in (one.name, one.against))))


def _computer(target: Target) -> str:
    return f"{target.title}, float64"


def _comparable(plan: Plan, seed: int) -> Expected:
    """A random case, of positive numbers if need be (log, sqrt)."""
    for positive in (False, True):
        found = (expected(plan, seed) if not positive else Expected(
            random_case(plan, seed, positive=True), random_case(plan, seed + 1)))
        if found.comparable:
            return found
    raise Incomparable(f"{plan.program.name}: {OUT_OF_DOMAIN}")


def _longer(case: Case) -> Case:
    return Case(case.plan, case.sizes,
                {name: one.astype(np.longdouble) for name, one in case.values.items()})


def _gradients(rung: str, found: dict[str, Any], steps: dict[str, Any], wanted: Expected
               ) -> Iterator[Held]:
    for name, right in steps.items():
        bound = UNITS * max(EPS, wanted.noise[name])
        yield compared(rung, BY_ITSELF[rung], name, found[name], right,
                       wanted.scales[name], bound, EPS)


def _itself(wanted: Expected, longer: Expected) -> Iterator[Held]:
    for name, right in longer.exact.items():
        yield compared("extended precision", ITSELF, name, wanted.values[name], right,
                       wanted.scales[name], UNITS * EPS, EPS)


def _rows(by: str, found: Any) -> Iterator[Row]:
    """What was held, rung by rung, with the worst of each."""
    rungs: dict[str, list[Held]] = {}
    for one in found:
        rungs.setdefault(one.rung, []).append(one)
    for each in rungs.values():
        wrong = tuple(one for one in each if not one.holds)
        worst = (*wrong, max(each, key=lambda one: one.error))[0]
        yield Row(by, len(each), sum(one.numbers for one in each), worst, wrong)
