"""Of what kind a recurrence is: affine in its states or not, and which entry reads which."""

from symrnn.recurrences.kinds import Kind, Part, Structure, kind_of, parts
from symrnn.recurrences.newton import Linearised, Unknown, linearised
from symrnn.recurrences.scans import Scan, Scans, scans
from symrnn.recurrences.ways import beside

__all__ = ["Kind", "Linearised", "Part", "Scan", "Scans", "Structure", "Unknown", "beside",
           "kind_of", "linearised", "parts", "scans"]
