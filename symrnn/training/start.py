"""Parameters to begin with."""

from __future__ import annotations

import numpy as np

from symrnn.jacobians.start import drawn_parameters
from symrnn.program import Misused, Program, of_network, quoted
from symrnn.program.interpret import Interpreter
from symrnn.runtime.shapes import Array


@of_network
def random_parameters(network: Program, *, seed: int = 0, **sizes: int) -> dict[str, Array]:
    """Random parameters of a network: ``random_parameters(net, n=8, m=32, p=10)``.

    Matrices are normal with variance one over their last axis; biases are 0, but 1 where that
    opens an additive path, such as a forget gate's (-1 where that does); other parameters lie
    between 0 and 1. The same seed gives the same numbers, in float64. Raises ValueError for a size
    that is missing, unknown or no whole number from 1 on.
    """
    free = [one.name for one in network.sizes if one.value is None]
    for name, size in sizes.items():
        if name not in free or isinstance(size, bool) or not isinstance(size, int) or size < 1:
            raise Misused(f"{network.name} has no size {name} = {quoted(size)}; sizes are whole "
                          f"numbers from 1 on, and there are {', '.join(free) or 'none'}")
    missing = [name for name in free if name not in sizes]
    if missing:
        raise Misused(f"the size {missing[0]} of {network.name} is missing; give "
                      f"{', '.join(f'{name}=8' for name in missing)}")
    known = Interpreter(network, {}, {"T": 1, "B": 1, **sizes}).sizes
    return drawn_parameters(network, known, np.random.default_rng(seed))
