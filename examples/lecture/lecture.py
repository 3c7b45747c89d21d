"""The worked examples of the lecture notes (Hung-yi Lee, Machine Learning 2017), run.

``python examples/lecture/lecture.py`` prints what the generated kernels give.
"""

from __future__ import annotations

from itertools import product

import numpy as np

import symrnn
from symrnn import Kernel
from symrnn.authoring.lessons import Lesson, Rows
from symrnn.catalogue import find

(ELMAN,), (MEMORY,) = (find(name).lessons for name in ("elman", "lstm"))
ELMAN_SEQUENCES = {ELMAN.inputs: ELMAN.outputs, **dict(ELMAN.others)}
KERNELS = tuple(product(("c", "numpy"), ("float32", "float64")))


def elman_kernel(backend: str, dtype: str) -> Kernel:
    """Two inputs, two hidden units, two outputs, all linear."""
    return symrnn.compile(symrnn.elman(**ELMAN.options), backend, dtype)


def memory_kernel(backend: str, dtype: str) -> Kernel:
    """One LSTM cell whose input and output functions g and h are linear."""
    return symrnn.compile(symrnn.lstm(**MEMORY.options), backend, dtype)


def outputs(kernel: Kernel, lesson: Lesson, sequence: Rows) -> np.ndarray:
    """The outputs [T, units] over a sequence with the lesson's parameters; the others are zero."""
    params = {name: np.zeros([lesson.sizes[axis] for axis in one.axes])
              + lesson.parameters.get(name, 0) for name, one in kernel.parameters.items()}
    return np.asarray(kernel.forward(params, np.array(sequence, float)[:, None, :]).y[:, 0])


def main() -> None:
    """Print every example through every kernel."""
    for backend, dtype in KERNELS:
        print(f"{backend}, {dtype}")
        for sequence in ELMAN_SEQUENCES:
            y = outputs(elman_kernel(backend, dtype), ELMAN, sequence)
            print(f"  Elman  {list(map(list, sequence))} -> {y.astype(int).tolist()}")
        y = outputs(memory_kernel(backend, dtype), MEMORY, MEMORY.inputs)[:, 0]
        print(f"  memory {[f'{value:.4f}' for value in y]}")


if __name__ == "__main__":
    main()
