"""``symrnn.accuracy``: how well a kernel rounds. It loads the arithmetic when it is asked."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite

from symrnn.kernels import compile
from symrnn.pipeline import derive
from symrnn.program import Misused, Program, of_network, quoted
from symrnn.rounding.result import Accuracy

KERNELS = {"fast": ("c", "simd"), "portable": ("c", "portable"), "numpy": ("numpy", "simd")}
TITLES = {"fast": "fast C", "portable": "portable C", "numpy": "NumPy"}
NEEDED = 'exact values are computed by Arb: pip install "symrnn[accuracy]"'


@of_network
def accuracy(program: Program, *, sizes: Mapping[str, int] | None = None, steps: int = 5,
             batch: int = 2, range: tuple[float, float] | None = None, dtype: str = "float64",
             kernel: str = "fast", seed: int = 0) -> Accuracy:
    """Measure the rounding errors of one kernel, forward and backward, beside a proven bound.

    The exact values are those of the equations in ball arithmetic, to as many digits as it takes.
    The bound holds for the numbers that are drawn, whatever the order of sums.

    Parameters
    ----------
    sizes: free sizes by name, ``{"m": 4}``; small ones that differ where not given.
    steps, batch: the length T of the sequence and the number B of samples.
    range: between which inputs, parameters and initial states lie; normal numbers of deviation
        0.6 where not given. What a cell draws by a formula of its own stays as it is.
    kernel: ``"fast"``, ``"portable"`` or ``"numpy"``; ``dtype`` is float32 or float64.

    Raises ValueError for other names and sizes and without the package python-flint, ProgramError
    where a value is not finite.
    """
    if kernel not in KERNELS:
        raise Misused(f"there is no kernel {quoted(kernel)}; there are {', '.join(KERNELS)}")
    if range is not None and not (all(map(isfinite, range)) and range[0] <= range[1]):
        raise Misused(f"range is {range[0]:g},{range[1]:g}; it goes from the lower number to the "
                      f"higher one")
    try:
        from symrnn.rounding.measure import accuracies, case_of
    except ModuleNotFoundError:
        raise Misused(NEEDED) from None
    backend, profile = KERNELS[kernel]
    made = compile(program, backend, dtype, profile=profile)
    case, wanted = case_of(derive(program), str(made.dtype),
                           {**(sizes or {}), "T": steps, "B": batch}, seed, range)
    return accuracies(case, made, wanted, TITLES[kernel], range, seed)
