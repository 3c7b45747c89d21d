"""Networks and weights out of other libraries' files and into ONNX, checked on the way.

The prover (:mod:`symrnn.comparison`) says whether an operator of ONNX is a network, and whether
the layout by which weights were read is that of the cell; runs of both sides give the largest
difference.
"""

from symrnn.exchange.amplifiers import from_guitarml, from_json, from_nam, from_rtneural
from symrnn.exchange.export import Exported, to_onnx
from symrnn.exchange.files import is_readable, read
from symrnn.exchange.imported import Imported
from symrnn.exchange.keras_models import from_keras
from symrnn.exchange.keras_weights import from_keras_weights
from symrnn.exchange.onnx_models import from_onnx
from symrnn.exchange.torch_modules import from_state_dict, from_torch_module, from_torch_weights

__all__ = ["Exported", "Imported", "from_guitarml", "from_json", "from_keras",
           "from_keras_weights", "from_nam", "from_onnx", "from_rtneural", "from_state_dict",
           "from_torch_module", "from_torch_weights", "is_readable", "read", "to_onnx"]
