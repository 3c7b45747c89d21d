"""The equations as functions of another library's arrays: no kernel, its own derivatives."""

from symrnn.functional.equations import Equations, Library, Values
from symrnn.functional.function import Function
from symrnn.functional.whole import Whole

__all__ = ["Equations", "Function", "Library", "Values", "Whole"]
