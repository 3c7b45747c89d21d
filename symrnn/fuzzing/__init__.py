"""Random cells, run through every kernel and held against their equations.

``cells`` is a Hypothesis strategy for the texts of valid cell files, so a failure shrinks to the
smallest file that still fails.
"""

from symrnn.fuzzing.campaign import KERNELS, Campaign, Made, Report, findings
from symrnn.fuzzing.cells import cells

__all__ = ["KERNELS", "Campaign", "Made", "Report", "cells", "findings"]
