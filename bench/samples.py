"""How fast few units run with a sample in each lane of a vector, beside the fast profile.

One process, rounds interleaved, medians of their times and of their ratios; float32, n = m, 100
steps: ``python bench/samples.py`` (LSTM and GRU of 1 to 16 units, 32 to 256 samples, one thread).
``infer`` is forward alone, ``train`` forward and backward. Above one, ``profile="samples"`` is the
faster one.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from statistics import median

import numpy as np

import symrnn

PROFILES = ("simd", "samples")
STEPS = 100


def seconds(call: Callable[[], object]) -> float:
    """How long a call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def calls(kernel: symrnn.Kernel, m: int, batch: int) -> dict[str, Callable[[], object]]:
    """Both uses of one kernel, on the same random numbers for all."""
    draw, sizes = np.random.default_rng(1), {"n": m, "m": m}
    packed = kernel.pack({name: draw.normal(size=[sizes[axis] for axis in one.axes]) / np.sqrt(m)
                          for name, one in kernel.parameters.items()})
    x = draw.normal(size=(STEPS, batch, m)).astype("float32")
    y_bar = np.ones((STEPS, batch, m), "float32")
    return {"infer": lambda: kernel.infer(packed, x),
            "train": lambda: kernel.backward(kernel.forward(packed, x), y_bar)}


def race(name: str, m: int, batch: int, threads: int, rounds: int) -> str:
    """One line: the times of both profiles for each use, and how many times faster the new one."""
    made = {profile: calls(symrnn.compile(symrnn.cell(name), profile=profile, threads=threads), m,
                           batch) for profile in PROFILES}
    found = []
    for use in ("infer", "train"):
        for profile in PROFILES:
            made[profile][use]()
        times = [[seconds(made[profile][use]) for profile in PROFILES] for _ in range(rounds)]
        fast, lanes = (1e6 * median(one[place] for one in times) for place in (0, 1))
        ratio = median(one[0] / one[1] for one in times)
        found.append(f"{use} {fast:8.0f} {lanes:8.0f} us {ratio:6.2f}")
    return f"{name:5} m={m:3} B={batch:4}   {'   '.join(found)}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", nargs="+", default=["lstm", "gru"])
    parser.add_argument("--m", type=int, nargs="+", default=[1, 2, 4, 8, 16])
    parser.add_argument("--batch", type=int, nargs="+", default=[32, 64, 256])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=31)
    chosen = parser.parse_args()
    for cell in chosen.cells:
        for units in chosen.m:
            for samples in chosen.batch:
                print(race(cell, units, samples, chosen.threads, chosen.rounds), flush=True)
