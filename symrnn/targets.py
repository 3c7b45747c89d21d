"""What symrnn writes and runs: one row for each target, read by everything that offers a choice.

Functions and classes are named and loaded when they are used: help needs no SymPy, NumPy no C
compiler, and what nobody asks for costs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from symrnn.backends.base import Artefact, Backend
    from symrnn.runtime.calls import Engine
    from symrnn.schedule import Plan

DTYPES = ("float32", "float64")
SLOPES = ("exact", "rounded")  # what the tape keeps of a sigmoid or a tanh
PAGES = ("html", "pdf", "latex")  # what `docs` writes
LANGUAGES = ("en", "zh-TW")
# How `show` and `grad` print equations.
STYLES = ("unicode", "latex", "mathml", "typst", "sympy", "json")
PACKAGES = ("cmake", "arduino", "platformio", "zephyr", "wasm", "audio")  # what `package` is for
NARROW = ("int8", "float16", "bfloat16")  # what a package stores weights as, if not as float32
OF_KERNELS = ("bfloat16", "int8")  # what kernels hold them as, if not as they compute
LOSSES = ("mean_squared_error", "softmax_cross_entropy", "binary_cross_entropy")  # to train by


@dataclass(frozen=True)
class Target:
    """A language that files are written in, or a way to run them, or both.

    ``printer`` is the function that gives the files, ``engine`` the class that runs them, and
    ``early`` what may be compiled for it while equations are still being derived: each as
    ``"module:name"``, empty where there is none. ``backend`` is what users type to run it; where
    several targets have one backend, ``name`` is the profile that they type too.
    """

    name: str
    title: str
    printer: str = ""
    backend: str = ""
    engine: str = ""
    early: str = ""
    dtypes: tuple[str, ...] = ()  # of the arrays
    threads: bool = False  # whether several may share the work
    narrow: bool = False  # whether its memory holds narrow weights; all others round them alone
    always: bool = True  # whether `generate` writes its files; pages bring others
    needs: str = ""  # beside a C compiler; `symrnn check` runs what needs nothing more

    def files(self, plan: Plan, name: str) -> tuple[Artefact, ...]:
        """The files of one network, to be rendered."""
        found: Backend = _loaded(self.printer)
        return found(plan, name)

    def run(self, plan: Plan, dtype: str, threads: int, weights: str = "") -> Engine:
        """What runs a plan, with the options that it takes."""
        taken: dict[str, Any] = {"threads": threads} if self.threads else {}
        if self.narrow:
            taken["weights"] = weights
        made: Engine = _loaded(self.engine)(plan, dtype, **taken)
        return made

    def begin(self, dtype: str, threads: int, weights: str = "") -> None:
        """Compile what needs no plan, in the background."""
        if self.early:
            _loaded(self.early)(dtype, threads, weights)

    @property
    def choice(self) -> dict[str, Any]:
        """The arguments of ``compile`` that choose it."""
        profile = {"profile": self.name} if self.name in PROFILES else {}
        return {"backend": self.backend, **profile}


def _loaded(reference: str) -> Any:
    module, name = reference.split(":")
    return getattr(import_module(module), name)


TARGETS = (
    Target("latex", "LaTeX", "symrnn.backends.latex:latex_backend"),
    Target("javascript", "JavaScript", "symrnn.backends.javascript:javascript_backend",
           always=False),
    Target("numpy", "NumPy", "symrnn.backends.numpy:numpy_backend", "numpy",
           "symrnn.runtime.numpy_engine:NumpyEngine", dtypes=DTYPES),
    Target("portable", "portable C", "symrnn.backends.c:c_backend", "c",
           "symrnn.runtime.c_engine:CEngine", dtypes=DTYPES),
    Target("simd", "fast C", "symrnn.backends.simd:simd_backend", "c",
           "symrnn.runtime.simd_engine:SimdEngine", "symrnn.runtime.simd_engine:begin",
           dtypes=DTYPES, threads=True, narrow=True),
    Target("samples", "C over samples", "symrnn.backends.c_samples:samples_backend", "c",
           "symrnn.runtime.samples_engine:SamplesEngine", dtypes=DTYPES, threads=True,
           always=False),
    Target("blas", "fast C", "", "c", "symrnn.runtime.blas_engine:BlasEngine",
           dtypes=DTYPES, threads=True, needs="a BLAS library"),
)
PRINTED = tuple(one for one in TARGETS if one.printer and one.always)
RUN = tuple(one for one in TARGETS if one.engine)
BACKENDS = tuple(dict.fromkeys(one.backend for one in RUN))
PROFILES = tuple(one.name for one in RUN
                 if [other.backend for other in RUN].count(one.backend) > 1)
CHECKED = tuple(one for one in RUN if not one.needs)
