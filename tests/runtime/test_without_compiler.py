"""NumPy alone runs a network: no compiler is looked for, and none need be there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ALL = """
import numpy as np
import symrnn
from symrnn.runtime import compiler

def looked_for(*given, **named):
    raise AssertionError("a compiler is looked for")

compiler.find_compiler = compiler._compile = looked_for

for net in (symrnn.lstm(), symrnn.gru(learned_initial=True, zoneout=True)):
    for dtype in ("float32", "float64"):
        kernel = symrnn.compile(net, backend="numpy", dtype=dtype)
        params = kernel.pack({name: np.full([2] * len(one.axes), 0.1, dtype)
                              for name, one in kernel.parameters.items()})
        x = np.ones((4, 3, 2), dtype)
        more = {one: np.zeros((4, 3, 2)) for one in kernel.inputs if one != "x"}
        given = {"x": x, **more} if more else x
        run = kernel.forward(dict(params), given)
        y, final = kernel.infer(params, given)
        grads = kernel.backward(run, np.ones_like(run.y))
        first = {name: array[0] for name, array in more.items()} | {"x": x[0]} if more else x[0]
        y_t, state = kernel.step(params, first)
        assert np.allclose(y, run.y) and np.allclose(y_t, y[0]) and np.all(grads["x"] != 0)
        assert np.allclose(kernel.stepper(params, batch=3)(first), y_t)
        kernel.forward(params, given, lengths=[1, 2, 3])
        kernel.truncated(params, given, run.y, length=2)
        kernel.jvp(params, given, x_dot=x)
        kernel.rtrl(params).step(first, y_t)
"""


def test_numpy_needs_no_compiler(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    bare = {name: value for name, value in os.environ.items() if name not in ("CC", "PATH")}
    found = subprocess.run([sys.executable, "-c", ALL], capture_output=True, text=True, check=False,
                           env={**bare, "PATH": "", "SYMRNN_CACHE": str(cache),
                                "HOME": str(tmp_path)})
    assert (found.returncode, found.stderr) == (0, "")
    assert not cache.exists()
