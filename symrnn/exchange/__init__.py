"""Networks and weights out of other libraries' files and into ONNX, checked on the way.

The prover (:mod:`symrnn.comparison`) says whether an operator of ONNX is a network, and whether
the layout by which weights were read is that of the cell; runs of both sides give the largest
difference.
"""

from symrnn.exchange.export import Exported, to_onnx

__all__ = ["Exported", "to_onnx"]
