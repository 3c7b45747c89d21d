"""The whole of symrnn, in one place.

=============  =====================  ==========================================  ===========
stage          in                     out                                         where
=============  =====================  ==========================================  ===========
define         a cell's equations     a Program in normal form                    cells
verify         a Program              the same Program, or an error that teaches  program
differentiate  a Program              its adjoint, a Program again                adjoint
clip           an adjoint             the same with its recurrent cotangents held   transforms
schedule       both Programs          a Plan: loops over time, places of values   schedule
build loops    a Plan                 a checked tree of loops for each function   lowering
print          a tree, or a Plan      ready strings for each language             backends
render         ready strings          the text of every file                      rendering
check          the text               compared with the files, run on numbers     checking
run            a Plan                 a Kernel that computes on arrays            kernels
=============  =====================  ==========================================  ===========

Every stage passes frozen data; none knows the name of a cell.
"""

from __future__ import annotations

from functools import lru_cache

from symrnn.adjoint import adjoint
from symrnn.program import Program, ProgramError, misnamed, of_network, quoted, verify
from symrnn.rendering import rendered, shared
from symrnn.schedule import Plan, plan
from symrnn.targets import PRINTED, SLOPES
from symrnn.transforms import GradientClip, clipped_gradient, gradient_clip


@of_network
def derive(program: Program, clip_gradient: GradientClip | None = None,
           slopes: str = "exact") -> Plan:
    """Verify, differentiate and schedule one program.

    ``clip_gradient`` clips the adjoint between the last two, ``slopes`` tells what the tape
    keeps: see :func:`symrnn.compile`. Raises ProgramError for what is no program, ValueError for
    another way to clip and other slopes.
    """
    if slopes not in SLOPES:
        raise ValueError(f"slopes is {quoted(slopes)}; there are {' and '.join(SLOPES)}")
    clip = None if clip_gradient is None else gradient_clip(clip_gradient)
    return _derived(verify(program), clip, slopes)


@lru_cache(maxsize=256)
def _derived(program: Program, clip_gradient: GradientClip | None, slopes: str) -> Plan:
    gradient = adjoint(program)
    if clip_gradient is not None:
        gradient = clipped_gradient(gradient, clip_gradient, program)
    return plan(program, gradient, exact_slopes=slopes == "exact")


@of_network
def generate(program: Program, name: str,
             clip_gradient: GradientClip | None = None, slopes: str = "exact") -> dict[str, str]:
    """The text of every generated file, by file name: written into one folder, they are complete.

    Beside the files of the network, ``name.c`` and the others, stands ``symrnn_simd.h``, which
    ``name_simd.c`` includes and which is the same for all networks: it may also stand one folder
    up, beside the folders of several. ``clip_gradient`` and ``slopes`` are those of
    :func:`symrnn.compile`. Raises ProgramError for a program that is not well formed, and for a
    ``name`` that files and functions of C cannot bear.
    """
    return {**own_files(program, name, clip_gradient, slopes), **shared()}


def own_files(program: Program, name: str, clip_gradient: GradientClip | None = None,
              slopes: str = "exact") -> dict[str, str]:
    """The same without what all networks share."""
    if (why := misnamed(name)) is not None:
        raise ProgramError(why)
    derived = derive(program, clip_gradient, slopes)
    return {filename: text for target in PRINTED
            for filename, text in rendered(target.files(derived, name)).items()}
