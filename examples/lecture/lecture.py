"""The worked examples of the lecture notes (Hung-yi Lee, Machine Learning 2017), run.

``python examples/lecture/lecture.py`` prints what the generated kernels give.
"""

from __future__ import annotations

from itertools import product

import numpy as np

import symrnn
from symrnn import Kernel

ELMAN_SEQUENCES = {
    ((1, 1), (1, 1), (2, 2)): ((4, 4), (12, 12), (32, 32)),
    ((2, 2), (1, 1), (1, 1)): ((8, 8), (20, 20), (44, 44)),
}
MEMORY_SEQUENCE = ((3, 1, 0), (4, 1, 0), (2, 0, 0), (1, 0, 1), (3, -1, 0))
MEMORY_OUTPUTS = (0, 0, 0, 7, 0)
KERNELS = tuple(product(("c", "numpy"), ("float32", "float64")))


def elman_kernel(backend: str, dtype: str) -> Kernel:
    """Two inputs, two hidden units, two outputs, all linear."""
    net = symrnn.elman(activation="linear", output_activation="linear")
    return symrnn.compile(net, backend, dtype)


def elman_outputs(kernel: Kernel, sequence: tuple[tuple[int, int], ...]) -> np.ndarray:
    """The outputs [T, 2] where all weights are 1 and there is no bias."""
    values = {0: 0.0, 1: 1.0}
    params = {name: np.full([2] * len(one.axes), values[len(one.axes) - 1])
              for name, one in kernel.parameters.items()}
    return np.asarray(kernel.forward(params, np.array(sequence)[:, None, :]).y[:, 0])


def memory_kernel(backend: str, dtype: str) -> Kernel:
    """One LSTM cell whose input and output functions g and h are linear."""
    net = symrnn.lstm(activation="linear", output_activation="linear")
    return symrnn.compile(net, backend, dtype)


def memory_parameters() -> dict[str, np.ndarray]:
    """``z = x1, z_i = 100 x2 - 10, z_f = 100 x2 + 10, z_o = 100 x3 - 10``, nothing from h."""
    weights = {"g": (1, 0, 0), "i": (0, 100, 0), "f": (0, 100, 0), "o": (0, 0, 100)}
    biases = {"g": 0, "i": -10, "f": 10, "o": -10}
    params = {}
    for gate, row in weights.items():
        params[f"W_{gate}"] = np.array([row], float)
        params[f"U_{gate}"] = np.zeros((1, 1))
        params[f"b_{gate}"] = np.array([biases[gate]], float)
    return params


def memory_outputs(kernel: Kernel) -> np.ndarray:
    """The outputs [T] of the memory cell over the notes' sequence."""
    x = np.array(MEMORY_SEQUENCE, float)[:, None, :]
    return np.asarray(kernel.forward(memory_parameters(), x).y[:, 0, 0])


def main() -> None:
    """Print every example through every kernel."""
    for backend, dtype in KERNELS:
        print(f"{backend}, {dtype}")
        for sequence in ELMAN_SEQUENCES:
            y = elman_outputs(elman_kernel(backend, dtype), sequence)
            print(f"  Elman  {list(map(list, sequence))} -> {y.astype(int).tolist()}")
        y = memory_outputs(memory_kernel(backend, dtype))
        print(f"  memory {[f'{value:.4f}' for value in y]}")


if __name__ == "__main__":
    main()
