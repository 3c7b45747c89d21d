"""Steps of an LSTM with int8 weights, beside ONNX Runtime's: ``python bench/narrow.py``.

One thread, one sample, units as many as inputs; rounds interleaved, the least time of each and the
median of the rounds' ratios. ONNX Runtime's operator makes bytes of the samples too, so errors
stand beside the times: the largest over 50 steps by the largest output, against float64 with the
weights as they were drawn. Its own have a scale for the whole matrix or one for each row.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

import symrnn
from symrnn.interop.onnx import weight_table
from symrnn.interop.packing import laid_out

STEPS = 50
HEAD = ("m", "ONNX Runtime, scales of", "its step", "its error", "symrnn", "its error", "ratio")


def whole(weights: Any, rows: bool) -> tuple[Any, Any]:
    """``[4 m, entries]`` as bytes ``[1, entries, 4 m]``, and their scales."""
    step = np.abs(weights).max(1 if rows else None) / np.float32(127)
    found = np.rint(weights / (step[:, None] if rows else step)).astype(np.int8)
    return np.ascontiguousarray(found.T)[None], np.float32(step).reshape(1, -1)[:, :found.shape[0]]


def model(params: dict[str, Any], m: int, rows: bool) -> bytes:
    """A step of the operator."""
    packed = laid_out({key: one for key, one in weight_table("LSTM", symrnn.lstm()).items()
                       if key in "WRB"}, params)
    given = {"B": packed["B"][None]}
    for key in "WR":
        given[key], scale = whole(packed[key], rows)
        given[f"{key}_scale"] = scale if rows else scale.reshape(1)
        given[f"{key}_zero"] = np.zeros(given[f"{key}_scale"].shape, np.int8)
    node = helper.make_node(
        "DynamicQuantizeLSTM",
        ["X", "W", "R", "B", "", "h", "c", "", "W_scale", "W_zero", "R_scale", "R_zero"],
        ["Y", "Y_h", "Y_c"], domain="com.microsoft", hidden_size=m)
    one = (1, 1, m)
    graph = helper.make_graph(
        [node], "step", [_info(name, one) for name in "Xhc"],
        [_info("Y", (1, *one)), _info("Y_h", one), _info("Y_c", one)],
        [numpy_helper.from_array(np.float32(array) if key == "B" else array, key)
         for key, array in given.items()])
    made = helper.make_model(graph, ir_version=8, opset_imports=[
        helper.make_opsetid("", 14), helper.make_opsetid("com.microsoft", 1)])
    return bytes(made.SerializeToString())


def _info(name: str, shape: tuple[int, ...]) -> Any:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def session(params: dict[str, Any], m: int, rows: bool) -> Any:
    """The operator on one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(model(params, m, rows), options,
                                        providers=["CPUExecutionProvider"])


def streamed(made: Any, x: Any) -> Any:
    """Its outputs, step by step."""
    state, found = {name: np.zeros((1, 1, x.shape[-1]), np.float32) for name in "hc"}, []
    for x_t in x:
        y, state["h"], state["c"] = made.run(None, {"X": x_t[None], **state})
        found.append(y[0, 0])
    return np.stack(found)


def bound(made: Any, x_t: Any) -> Callable[[], None]:
    """A step whose arrays are bound once."""
    way, zero = made.io_binding(), np.zeros((1, *x_t.shape), np.float32)
    for name, array in {"X": x_t[None], "h": zero, "c": zero}.items():
        way.bind_ortvalue_input(name, onnxruntime.OrtValue.ortvalue_from_numpy(array))
    for name in ("Y", "Y_h", "Y_c"):
        like = zero[None] if name == "Y" else zero
        way.bind_ortvalue_output(name, onnxruntime.OrtValue.ortvalue_from_numpy(like.copy()))
    return lambda: made.run_with_iobinding(way)


def seconds(call: Callable[[], Any], times: int) -> float:
    """Of one call."""
    call()
    start = time.perf_counter()
    for _ in range(times):
        call()
    return (time.perf_counter() - start) / times


def race(m: int, rows: bool, rounds: int) -> tuple[str, ...]:
    """A line of the table."""
    draw, net = np.random.default_rng(m), symrnn.lstm()
    kernel = symrnn.compile(net, weights="int8")
    params = {name: np.float32(draw.uniform(-1, 1, [m] * len(one.axes)) * m ** -0.5)
              for name, one in kernel.parameters.items()}
    x = np.float32(draw.uniform(-1, 1, (STEPS, 1, m)))
    truth = symrnn.compile(net, "numpy", "float64").infer(params, x)[0]
    made, step = session(params, m, rows), kernel.stepper(params)
    errors = [np.abs(found - truth).max() / np.abs(truth).max()
              for found in (streamed(made, x), kernel.infer(params, x)[0])]
    calls = bound(made, x[0]), lambda: step(x[0])
    pairs = [tuple(seconds(call, 20) for call in calls) for _ in range(rounds)]
    best = [1e6 * min(times) for times in zip(*pairs, strict=True)]
    ratio = median(other / own for other, own in pairs)
    return (str(m), "each row" if rows else "a matrix", f"{best[0]:.1f} us", f"{errors[0]:.1%}",
            f"{best[1]:.1f} us", f"{errors[1]:.1%}", f"{ratio:.2f}")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--m", type=int, nargs="+", default=[256, 512, 1024])
    parser.add_argument("--rounds", type=int, default=100)
    asked = parser.parse_args()
    for line in (HEAD, ("---",) * len(HEAD)):
        print(f"| {' | '.join(line)} |")
    for m in asked.m:
        for rows in (False, True):
            print(f"| {' | '.join(race(m, rows, asked.rounds))} |", flush=True)


if __name__ == "__main__":
    main()
