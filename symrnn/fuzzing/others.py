"""What computes a network beside the kernels: other libraries, models, scripts.

None of them is given a gradient that was derived here, but for the scripts of pages.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from symrnn.backends.javascript import array_names, javascript_backend
from symrnn.checking.reference import Array, Case
from symrnn.program import Misused, Role, quoted
from symrnn.rendering import rendered
from symrnn.runtime.programs import told

CALL = """
const { network } = require("./network.js"), given = require("./given.json");
const arrays = group => Object.fromEntries(
  Object.entries(given[group]).map(([name, one]) => [name, Float64Array.from(one)]));
const all = ["parameters", "inputs", "initial"].map(arrays);
const values = network.forward(given.sizes, ...all);
const gradients = network.backward(given.sizes, ...all, values, arrays("bars"));
const plain = group => Object.fromEntries(
  Object.entries(group).map(([name, one]) => [name, Array.from(one)]));
console.log(JSON.stringify({ shapes: network.shapes(given.sizes), values: plain(values),
                             gradients: plain(gradients) }));
"""


@dataclass(frozen=True)
class Other:
    """Who computes outputs, final states and perhaps gradients of a case, by their names.

    ``rounding`` is one unit in the last place of what it computes with.
    """

    name: str
    computed: Callable[[Case], Mapping[str, Array]]
    needs: tuple[str, ...]  # modules of Python, or a program
    how: str  # to come by them
    rounding: float = float(np.finfo(np.float64).eps)

    @property
    def is_here(self) -> bool:
        """True where all that it needs is installed."""
        return all(find_spec(one) or shutil.which(one) for one in self.needs)


def _torch(case: Case) -> Mapping[str, Array]:
    from symrnn.torch.autograd import autograd

    return autograd(case)


def _jax(case: Case) -> Mapping[str, Array]:
    from symrnn.jax.autograd import autograd

    return autograd(case)


def _onnx(case: Case) -> Mapping[str, Array]:
    """Outputs and final states of the model, in ONNX Runtime."""
    from symrnn.backends.onnx_scan import scan_model
    from symrnn.exchange.session import run, session

    program = case.plan.program
    model = scan_model(program, case.sizes, case.parameters, "float64")
    starts = {one.initial: case.values[one.initial] for one in program.delays}
    return run(session(model.SerializeToString()), {**case.inputs, **starts})


def _javascript(case: Case) -> Mapping[str, Array]:
    """All of a page's script, in Node."""
    (script,) = rendered(javascript_backend(case.plan, "network")).values()
    names = array_names(case.plan)
    given = {"sizes": case.sizes, **{
        group: {own: case.values[name].ravel().tolist() for name, own in names[group].items()}
        for group in ("parameters", "inputs", "initial", "bars")}}
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (("network.js", script), ("given.json", json.dumps(given)),
                           ("call.js", CALL)):
            Path(folder, name).write_text(text, encoding="utf-8")
        said = told(["node", "call.js"], folder, minutes=5)
    if said.returncode:
        raise RuntimeError(said.stderr)
    found = json.loads(said.stdout)
    arrays = {name: np.reshape(np.array(found[group][own], float), found["shapes"][group][own])
              for group in ("values", "gradients") for name, own in names[group].items()}
    made = {one.name: one.of for one in case.plan.gradient.with_role(Role.GRADIENT)}
    asked = {*case.plan.program.outputs, *(one.final for one in case.plan.program.delays)}
    return {made.get(name, name): one for name, one in arrays.items()
            if name in asked or name in made}


OTHERS = {one.name: one for one in (
    Other("torch", _torch, ("torch",), 'pip install "symrnn[torch]"'),
    Other("jax", _jax, ("jax",), 'pip install "symrnn[jax]"'),
    Other("onnx", _onnx, ("onnx", "onnxruntime"), 'pip install "symrnn[onnx]" onnxruntime'),
    Other("javascript", _javascript, ("node",), "install Node"))}


def chosen(name: str) -> Other:
    """Who is called so. Raises Misused where nobody is, and where it is not installed."""
    if name not in OTHERS:
        raise Misused(f"{quoted(name)} computes no cells; there are {', '.join(OTHERS)}")
    if not OTHERS[name].is_here:
        raise Misused(f"{name} is not installed here: {OTHERS[name].how}")
    return OTHERS[name]
