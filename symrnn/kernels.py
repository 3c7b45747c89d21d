"""A network as a kernel that computes on arrays, and what is derived from it on demand.

This part of the pipeline loads NumPy and the runtime, which generating files does not need.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from operator import index
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from symrnn.adjoint import jvp, jvp_each_sample, second_order
from symrnn.pipeline import derive
from symrnn.program import Program, ProgramError, of_network, quoted
from symrnn.runtime import Kernel
from symrnn.runtime.calls import Engine, Relation
from symrnn.runtime.narrow import NarrowKernel
from symrnn.runtime.patience import patience
from symrnn.runtime.processors import cores
from symrnn.schedule import Plan, forward_only
from symrnn.targets import BACKENDS, OF_KERNELS, PROFILES, RUN, Target
from symrnn.transforms import GradientClip, masked

Threads = int | Literal["auto"]
SYSTEMS = {Relation.JVP: jvp, Relation.JVP_EACH_SAMPLE: jvp_each_sample,
           Relation.SECOND_ORDER: second_order}


@of_network
def compile(program: Program, backend: str = "c", dtype: npt.DTypeLike = "float32",
            masked_output: str = "zero", clip_gradient: GradientClip | None = None,
            profile: str = "simd", threads: Threads = 1, slopes: str = "exact",
            weights: str | None = None) -> Kernel:
    """A network as a kernel that computes on arrays.

    ``backend`` is ``"c"`` or ``"numpy"``, ``dtype`` float32 or float64, ``masked_output``
    what comes out of masked steps: ``"zero"`` or ``"hold"``, the last output that counted
    (:func:`symrnn.transforms.masked` says which that is). ``profile`` of the C is
    ``"simd"`` (fast, for this machine), ``"portable"`` (plain C99), ``"samples"`` (a sample in
    each lane of a vector, for few units and many samples) or ``"blas"`` (the fast one on a
    library's products, which ``$SYMRNN_BLAS`` may name); ``threads`` share the work of all but the
    portable one: so many, or fewer where a step has too little for them. ``"auto"`` is as many as
    the process has cores, of which each call takes what its sizes are worth; the bits are the same
    for any number. C is compiled once and cached; the masked form of a network when it is
    first used.

    ``clip_gradient`` holds what a step sends back to the step before it: ``("value", 1.0)``
    each entry, ``("norm", 1.0)`` the norm over the state's axes, sample by sample. It is no
    derivative: ``backward`` alone clips, and ``jvp``, ``hvp`` and ``rtrl`` stay exact.

    ``slopes`` are ``"exact"``, or ``"rounded"``: as in most frameworks, the slope of a sigmoid or
    a tanh is then 0 where its value is rounded to 1. Small networks train a few per cent faster so.

    ``weights`` of type ``"bfloat16"`` or ``"int8"``, in place of ``dtype``'s, are read in half or a
    quarter of the time, which is what a step of few samples takes. Parameters that contractions sum
    over are rounded when they are packed: to the nearest bfloat16, or row by row to multiples of
    a 127th of the largest one. All is computed in float32. Such a kernel streams and infers; what
    needs derivatives raises ProgramError. ``kernel.rounded(params)`` tells what it computes with.

    Raises ValueError for another backend, type, profile, way to clip or kind of slopes or weights,
    ProgramError for what is no program, CompilerMissing where there is no C compiler,
    CompilerFailed without a BLAS.
    """
    chosen = target(backend, profile)
    name = _named(dtype, chosen)
    return _compiled(program, Options(chosen, name, _counted(threads), masked_output,
                                      clip_gradient, slopes, _of_weights(weights, name)))


@dataclass(frozen=True)
class Options:
    """How a network becomes a kernel: the arguments of :func:`compile`, checked."""

    target: Target
    dtype: str
    threads: int
    masked_output: str
    clip_gradient: GradientClip | None
    slopes: str
    weights: str = ""  # narrow ones

    def engine(self, derived: Plan) -> Engine:
        """What runs a plan."""
        return self.target.run(derived, self.dtype, self.threads, self.weights)

    def begin(self) -> None:
        """Compile what needs no plan, in the background."""
        self.target.begin(self.dtype, self.threads, self.weights)

    def kernel(self, *arguments: Any) -> Kernel:
        """The kernel of a plan."""
        return (NarrowKernel(*arguments, weights=self.weights) if self.weights
                else Kernel(*arguments))

    def masked(self, program: Program) -> Program:
        """The network that heeds a mask; one that does already is its own."""
        return program if program.step_mask else masked(program, self.masked_output)


def _compiled(program: Program, options: Options) -> Kernel:
    """The kernel of a network, and on demand those of what is derived from it."""
    with patience(program.name):
        options.begin()
        states = program if options.masked_output == "zero" else options.masked(program)
        derived = derive(program, options.clip_gradient, options.slopes)
        made = options.engine(derived)

    compiled_again = partial(_compiled, program, options)

    def related(relation: Relation) -> Kernel:
        if relation is Relation.MASKED:
            return _compiled(options.masked(program), options).as_form_of(program)
        system = forward_only(SYSTEMS[relation](program), options.slopes == "exact")
        return Kernel(system, options.engine(system), np.dtype(options.dtype), related,
                      compiled_again=partial(_related, compiled_again, relation))

    return options.kernel(derived, made, np.dtype(options.dtype), related,
                          frozenset(one.state for one in states.delays), compiled_again)


def compile_forward(program: Program, backend: str, dtype: npt.DTypeLike, threads: Threads,
                    profile: str = "simd") -> Kernel:
    """The kernel of a derived program that nobody differentiates; see :func:`compile`."""
    chosen = target(backend, profile)
    options = Options(chosen, _named(dtype, chosen), _counted(threads), "zero", None, "exact")
    with patience(program.name):
        options.begin()
        system = forward_only(program)
        return Kernel(system, options.engine(system), np.dtype(options.dtype), _unrelated)


def _unrelated(relation: Relation) -> Kernel:
    raise ProgramError(f"nothing is derived from this kernel, so it has no {relation.name}")


def _related(compiled_again: Callable[[], Kernel], relation: Relation) -> Kernel:
    """A kernel that was pickled, by way of the one that it is related to."""
    return compiled_again().related(relation)


def target(backend: object, profile: object) -> Target:
    """The target that users name so; a profile tells apart those of one backend.

    Raises ValueError for a backend or a profile that there is none of.
    """
    if not isinstance(backend, str) or backend not in BACKENDS:
        raise ValueError(f"there is no backend {quoted(backend)} to run; there are "
                         f"{' and '.join(BACKENDS)}")
    if not isinstance(profile, str) or profile not in PROFILES:
        raise ValueError(f"there is no profile {quoted(profile)}; there are {', '.join(PROFILES)}")
    asked = {"backend": backend, "profile": profile}
    return next(one for one in RUN if one.choice.items() <= asked.items())


def _named(dtype: npt.DTypeLike, chosen: Target) -> str:
    """The name of a type. Raises ValueError for one that the target does not compute in."""
    try:
        kind = np.dtype(dtype)
    except TypeError:
        kind = np.dtype(object)
    if dtype is None or kind.name not in chosen.dtypes:
        raise ValueError(f"dtype is {quoted(dtype)}; kernels compute in "
                         f"{' or '.join(chosen.dtypes)}")
    return kind.name


def _of_weights(weights: object, dtype: str) -> str:
    """The narrow type of weights, or nothing. Raises ValueError for one that there is not."""
    if weights is None or weights == dtype:
        return ""
    if not isinstance(weights, str) or weights not in OF_KERNELS:
        raise ValueError(f"weights is {quoted(weights)}; kernels hold them as "
                         f"{' or '.join(OF_KERNELS)}, or as dtype says where nothing is told")
    if dtype != "float32":
        raise ValueError(f"weights is {quoted(weights)}, which goes with float32; dtype is {dtype}")
    return weights


def _counted(threads: Any) -> int:
    """A number of threads. Raises ValueError for anything else."""
    if isinstance(threads, str) and threads == "auto":
        return cores()
    if isinstance(threads, bool) or not hasattr(threads, "__index__") or threads < 1:
        raise ValueError(f"threads is {quoted(threads)}; a kernel needs a whole number of them, "
                         f"at least 1, or \"auto\"")
    return index(threads)
