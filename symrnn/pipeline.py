"""The whole of symrnn, in one place.

=============  =====================  ==========================================  ===========
stage          in                     out                                         where
=============  =====================  ==========================================  ===========
define         a cell's equations     a Program in normal form                    cells
verify         a Program              the same Program, or an error that teaches  program
differentiate  a Program              its adjoint, a Program again                adjoint
schedule       both Programs          a Plan: loops over time, places of values   schedule
print          a Plan                 ready strings for each language             backends
render         ready strings          the text of every file                      rendering
check          the text               compared with the files, run on numbers     checking
=============  =====================  ==========================================  ===========

Every stage passes frozen data; none knows the name of a cell.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from symrnn.adjoint import adjoint, pushed, pushed_each, second_order
from symrnn.backends import BACKENDS
from symrnn.program import Program, ProgramError, verify
from symrnn.rendering import rendered
from symrnn.runtime import Kernel
from symrnn.runtime.calls import Relation
from symrnn.runtime.c_engine import CEngine
from symrnn.runtime.kernel import Engine
from symrnn.runtime.numpy_engine import NumpyEngine
from symrnn.schedule import Plan, forward_only, plan
from symrnn.transforms import MASK, masked


SYSTEMS = {Relation.PUSHED: pushed, Relation.PUSHED_EACH: pushed_each,
           Relation.SECOND_ORDER: second_order}


@lru_cache(maxsize=256)
def derive(program: Program) -> Plan:
    """Verify, differentiate and schedule one program."""
    return plan(verify(program), adjoint(program))


def generate(program: Program, name: str) -> dict[str, str]:
    """The text of every generated file of one network, by file name."""
    derived = derive(program)
    return {filename: text for backend in BACKENDS.values()
            for filename, text in rendered(backend(derived, name)).items()}


def compile(program: Program, backend: str = "c", dtype: npt.DTypeLike = "float32",
            masked_output: str = "zero") -> Kernel:
    """A network as a kernel that computes on arrays.

    ``backend`` is ``"c"`` or ``"numpy"``, ``dtype`` float32 or float64, ``masked_output``
    what comes out of masked steps: ``"zero"`` or ``"hold"``. C is compiled once and cached;
    the masked form of a network when it is first used. Raises ValueError for another backend
    or type, ProgramError for what is no program, CompilerMissing where there is no C compiler.
    """
    if not isinstance(program, Program):
        raise ProgramError(f"{program!r} is no network; build one first, such as "
                           f"symrnn.cell({program!r}), and compile that")
    kind = np.dtype(dtype)
    if kind not in (np.dtype(np.float32), np.dtype(np.float64)):
        raise ValueError(f"dtype is {kind}; kernels compute in float32 or float64")
    if backend not in ("c", "numpy"):
        raise ValueError(f"there is no backend {backend!r} to run; there are c and numpy")
    with_mask = masked(program, masked_output) if MASK not in program else program
    derived = derive(program)

    def related(relation: Relation) -> Kernel:
        if relation is Relation.MASKED:
            return compile(with_mask, backend, kind)
        system = forward_only(SYSTEMS[relation](program))
        return Kernel(system, _engine(system, backend, kind), kind, related)

    return Kernel(derived, _engine(derived, backend, kind), kind, related)


def _engine(derived: Plan, backend: str, dtype: npt.DTypeLike) -> Engine:
    return CEngine(derived, dtype) if backend == "c" else NumpyEngine(derived)
