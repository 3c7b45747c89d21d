"""Derivation: programs in, programs out. Every rule stands in ``rules``."""

from symrnn.adjoint.directions import (gradients, jvp, jvp_each_sample, opened, passed_on,
                                       second_order)
from symrnn.adjoint.forward_mode import tangent
from symrnn.adjoint.marks import BARS, DOTS, Mark
from symrnn.adjoint.reverse_mode import adjoint
from symrnn.adjoint.rules import Linear, linearise
from symrnn.adjoint.systems import DIFFERENTIABLE, join, names_used
from symrnn.adjoint.terms import Terms, with_terms
from symrnn.adjoint.within import Within, within_step

__all__ = [
    "BARS", "DIFFERENTIABLE", "DOTS", "Linear", "Mark", "Terms", "Within", "adjoint", "gradients",
    "join", "jvp", "jvp_each_sample", "linearise", "names_used", "opened", "passed_on",
    "second_order", "tangent", "with_terms", "within_step",
]
