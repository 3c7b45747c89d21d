"""Of what kind a recurrence is: affine in its states or not, and which entry reads which."""

from symrnn.recurrences.chunk_form import Chunkwise, Operand, Reading, Term
from symrnn.recurrences.chunkwise import chunkwise
from symrnn.recurrences.kinds import Kind, Part, Structure, kind_of, parts
from symrnn.recurrences.newton import Linearised, Unknown, linearised
from symrnn.recurrences.scans import Scan, Scans, scans
from symrnn.recurrences.ways import beside

__all__ = ["Chunkwise", "Kind", "Linearised", "Operand", "Part", "Reading", "Scan", "Scans",
           "Structure", "Term", "Unknown", "beside", "chunkwise", "kind_of", "linearised", "parts",
           "scans"]
