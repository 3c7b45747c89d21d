"""What a kernel may err at most: its own programs in balls, a rounding at every operation.

The programs are those that kernels run, with tails in place of rounded activations and with what
the backward pass computes again, and not those that documents print.
"""

from __future__ import annotations

from symrnn.checking.reference import Case
from symrnn.program import Role
from symrnn.program.interpret import Array, Interpreter
from symrnn.rounding.balls import balls, precision
from symrnn.rounding.exact import results
from symrnn.rounding.rounded import rounding

BITS = 160  # of the middles; radii are what counts


def enclosures(case: Case, dtype: str) -> dict[str, Array]:
    """Balls around all that a kernel of this type may compute, by the names of ``exact``.

    The values of the case must be numbers of the type.
    """
    plan, operations = case.plan, rounding(dtype)
    given = {name: balls(one) for name, one in case.values.items()}
    with precision(BITS):
        forward = Interpreter(plan.forward.program, given, case.sizes, operations)
        gradient = plan.backward.program
        bound = {*(one.lhs for one in gradient.equations), *(one.lhs for one in gradient.delays)}
        read = {one.name: forward.whole(one.name) for one in gradient.variables
                if one.name not in bound and one.name in forward.program and one.offset is None}
        backward = Interpreter(gradient, {**given, **read}, case.sizes, operations)
        return {**{name: balls(forward.whole(name)) for name in results(plan.program)},
                **{one.of: balls(backward.whole(one.name))
                   for one in gradient.with_role(Role.GRADIENT)}}
