"""Models run in ONNX Runtime, on the CPU."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from symrnn.runtime.shapes import Array


def session(model: bytes, silent: bool = False) -> Any:
    """A model that is ready to run; what goes wrong is logged, but where it is ``silent``.

    Raises ImportError without ONNX Runtime, and whatever that raises for what it does not take.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4 if silent else 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def run(made: Any, given: Mapping[str, Array]) -> dict[str, Array]:
    """All outputs of a model by their names."""
    names = [one.name for one in made.get_outputs()]
    return dict(zip(names, made.run(None, dict(given)), strict=True))
