"""symrnn in PyTorch: ``module`` on the compiled kernels, ``function`` in plain torch."""

from importlib.util import find_spec

if find_spec("torch") is None:
    raise ImportError('symrnn.torch needs PyTorch; pip install "symrnn[torch]"')

from symrnn.torch.function import function
from symrnn.torch.module import Recurrent, module
from symrnn.torch.vmap import declare_vmap

declare_vmap()

__all__ = ["Recurrent", "function", "module"]
