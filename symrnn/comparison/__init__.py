"""Whether two cells compute the same function: proofs, counter-examples, mapped weights."""

from symrnn.comparison.decide import compare
from symrnn.comparison.result import Comparison, Verdict

__all__ = ["Comparison", "Verdict", "compare"]
