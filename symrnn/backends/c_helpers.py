"""The functions of the table of activations in C, of one number or of a vector of them."""

from __future__ import annotations

from dataclasses import dataclass

from symrnn.backends.c_math import MATH, CPrinter
from symrnn.loops.scope import Names
from symrnn.backends.lines import BREAK, Line, deeper, laid_out
from symrnn.backends.common_part import SHARED, parted
from symrnn.backends.text import comment_block
from symrnn.program import ELEMENTARY, ROWS
from symrnn.program.activations import Activation


@dataclass(frozen=True)
class Helper:
    """A function: what it is for, its signature and its body, line by line."""

    comment: tuple[str, ...]
    signature: tuple[str, ...]
    lines: tuple[str, ...]


class Helpers:
    """Writes the helpers that some calls need, each behind those that it calls itself."""

    def __init__(self, names: Names, prefix: str, printer: type[CPrinter] = CPrinter,
                 kind: str = "", qualifier: str = "static") -> None:
        self.names, self.prefix, self.printer_of = names, prefix, printer
        self.real = f"{prefix}_real" if not kind else "real"
        self.kind, self.qualifier = kind or self.real, qualifier
        self.found: dict[str, Helper] = {}
        self.math: set[str] = set()

    def made(self, calls: list[str]) -> tuple[tuple[Helper, ...], tuple[tuple[str, str], ...]]:
        """The helpers, and libm's functions as macro and name."""
        self.math |= {name for name in calls if name in MATH}
        for name in calls:
            self._make(name)
        return tuple(self.found.values()), tuple((MATH[one], one.lower().replace("abs", "fabs"))
                                                 for one in sorted(self.math))

    @property
    def by_lanes(self) -> tuple[str, ...]:
        """Functions of libm for which the header has no vectors, once :meth:`made` is through."""
        return tuple(sorted(name for name in self.math if name in ELEMENTARY
                            and not ELEMENTARY[name].in_vectors))

    def _make(self, name: str) -> None:
        if name not in ROWS or name in self.printer_of.ready or name in self.found:
            return
        row = ROWS[name]
        inner = self.printer_of(self.names, self.prefix)
        inner.elements = {one: one for one in ("x", "alpha", "beta", SHARED.name)}
        common, formula = parted(row.kernel_form)
        shared = [Line(f"const {self.shared} ={BREAK}{inner(common)};")] if common else []
        result = inner(formula)
        self.math |= {call for call in inner.used_calls if call in MATH}
        for call in sorted(inner.used_calls):
            self._make(call)
        head = Line(self.signature(row, inner.helper(name)), hang="")
        body = deeper([*shared, Line(f"return {result};")])
        self.found[name] = Helper(comment_block(row.why), laid_out([head]), laid_out(body))

    @property
    def shared(self) -> str:
        """How the part that a formula repeats is declared."""
        return f"{self.kind} {SHARED}"

    def signature(self, row: Activation, name: str) -> str:
        """``static lstm_real lstm_sigmoid(lstm_real x)``."""
        kinds = [self.kind] * row.operands + [self.real] * len(row.defaults)
        arguments = ", ".join(f"{kind} {one.name}"
                              for kind, one in zip(kinds, row.arguments, strict=True))
        return f"{self.qualifier} {self.kind}{BREAK}{name}({arguments})"
