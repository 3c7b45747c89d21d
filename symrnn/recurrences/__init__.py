"""Of what kind a recurrence is: affine in its states or not, and which entry reads which."""

from symrnn.recurrences.kinds import Kind, Part, Structure, kind_of, parts
from symrnn.recurrences.ways import beside

__all__ = ["Kind", "Part", "Structure", "beside", "kind_of", "parts"]
