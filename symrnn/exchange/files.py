"""Files of other libraries, by their endings."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from symrnn.exchange.amplifiers import from_json
from symrnn.exchange.imported import Imported
from symrnn.exchange.keras_models import from_keras
from symrnn.exchange.keras_weights import from_keras_weights
from symrnn.exchange.onnx_models import from_onnx
from symrnn.exchange.torch_modules import from_torch_weights
from symrnn.program import Misused, quoted
from symrnn.storage import container, is_saved

PICKLES = (".pt", ".pth", ".bin", ".pkl", ".ckpt")
READERS: dict[str, Callable[[Path, str, str, str], Imported]] = {
    ".onnx": lambda path, node, kind, prefix: from_onnx(path, node or None),
    ".weights.h5": lambda path, *rest: from_keras_weights(path),
    ".keras": lambda path, *rest: from_keras(path),
    ".h5": lambda path, *rest: from_keras(path),
    ".hdf5": lambda path, *rest: from_keras(path),
    ".safetensors": lambda path, node, kind, prefix: from_torch_weights(path, kind,
                                                                        prefix or None),
    ".npz": lambda path, node, kind, prefix: from_torch_weights(path, kind, prefix or None),
    ".json": lambda path, *rest: from_json(path),
    ".nam": lambda path, *rest: from_json(path),
}


def is_readable(name: str) -> bool:
    """True for the name of a file that :func:`read` takes, or refuses by name, by its ending."""
    return name.endswith((*READERS, *PICKLES))


def read(path: str | os.PathLike[str], node: str = "", kind: str = "",
         prefix: str = "") -> Imported:
    """The network and the weights of another library's file.

    ``node`` names the node of an ONNX model, ``prefix`` the module of a state_dict, ``kind`` what
    an nn.RNN is, RNN_TANH or RNN_RELU. Raises ValueError for another ending, for an option that
    does not belong to the file, and by name for what cannot be read; ProgramError, ShapeError,
    OSError.
    """
    own = Path(path)
    if own.suffix in PICKLES:
        raise Misused(f"{own} is a pickle, and reading one runs what is in it; save the module's "
                      f"state_dict by safetensors.torch.save_file")
    found = next((ending for ending in READERS if own.name.endswith(ending)), None)
    if found is None:
        raise Misused(f"{quoted(str(own))} ends with none of {', '.join(READERS)}")
    if node and found != ".onnx":
        raise Misused("--node names a node of an ONNX model")
    if (kind or prefix) and found not in (".safetensors", ".npz"):
        raise Misused("--kind and --prefix belong to a state_dict of PyTorch")
    if is_saved(own.name) and container(own).text(own) is not None:
        raise Misused(f"{own} was written by symrnn, and every command takes it as it is")
    return READERS[found](own, node, kind, prefix)
