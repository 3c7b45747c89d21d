"""A network as an ONNX model: one operator where that is proved, else scans; run and compared."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from symrnn.exchange.session import run, session
from symrnn.interop.onnx import OPERATORS
from symrnn.kernels import compile
from symrnn.program import FED, INPUTS, Misused, Program, Role, counted, of_network, quoted
from symrnn.rendering import put, refuse_others
from symrnn.runtime.shapes import ShapeError, Sizes, check_names
from symrnn.targets import DTYPES

PRODUCER = "symrnn"  # of a model, by which it is known again
STEPS, SAMPLES = 5, 2  # of the run that is compared
RUNTIME = "ONNX Runtime"
UNWEIGHTED = "the model has no weights in it"
SCAN = "a Scan of primitive operators; it will be slow there"


@dataclass(frozen=True)
class Exported:
    """A model, what it is made of, and how far ONNX Runtime is from symrnn's own kernel on it.

    ``operator`` is the proved one, the network as a ``whole``, or those of its recurrences;
    ``scans`` counts what is none. ``difference`` is that of the largest entry, None where nothing
    was compared, and ``uncompared`` then says why.
    """

    model: Any = field(repr=False)
    operator: str
    difference: float | None
    uncompared: str = ""
    scans: int = 0
    whole: bool = False

    def __str__(self) -> str:
        found = (f"the operator {self.operator}, proved to be this network" if self.whole else
                 f"{self.operator}, proved to be recurrences of this network")
        beside = f"; {counted(self.scans, 'Scan')} of primitive operators will be slow there"
        told = found + beside * bool(self.scans) if self.operator else SCAN
        return f"{told}\n{difference_told(self.difference, RUNTIME, self.uncompared)}"


def difference_told(difference: float | None, other: str, why: str = "") -> str:
    """A line about the largest difference, or why there is none: the other is not installed."""
    if difference is None:
        return f"not compared with {other}: {why or 'it is not installed'}"
    return f"largest difference between {other} and symrnn: {difference:.2g}"


@of_network
def to_onnx(network: Program, parameters: Mapping[str, Any] | None = None,
            path: str | os.PathLike[str] | None = None, dtype: str = "float32",
            sizes: Mapping[str, int] | None = None, scan: bool = False) -> Exported:
    """A network as an ONNX model, checked by ONNX and compared in ONNX Runtime; ``path`` writes it.

    Inputs and outputs bear the network's names, [T, B, ...] with T and B open; initial states
    (``initial.h`` [B, m]) have defaults, final states come out. It is one operator of ONNX where
    the prover says that it is the network, and in float32, as runtimes have no other; with
    ``parameters`` each layer that is proved to be one is one. Else, and with ``scan``, there are
    scans of primitive operators, which are slow in runtimes. Without ``parameters``
    they are inputs of the model, and ``sizes`` tells every size by name.

    Raises ShapeError for parameters that do not fit, ValueError for another type, for a size that
    is missing and where the onnx package is missing, ProgramError for an adjoint, OSError.
    """
    _must_be_there()
    if dtype not in DTYPES:
        raise Misused(f"dtype is {quoted(dtype)}; models compute in {' or '.join(DTYPES)}")
    from symrnn.backends.onnx_scan import scan_model
    from symrnn.exchange.operators import operator, operator_model, standard

    given = dict(parameters or {})
    known = _sizes(network, given, sizes or {})
    found = None if scan or dtype != "float32" else standard(network)
    chooser = None if scan or dtype != "float32" or not given else (
        lambda part: operator(part, given))
    made = (scan_model(network, known, given, dtype, chooser) if found is None
            else operator_model(network, found, known, given))
    import onnx

    onnx.checker.check_model(made, full_check=True)
    content = made.SerializeToString()
    difference, why = _compared(network, given, content, known, dtype)
    if path is not None:
        own = Path(path)
        refuse_others(own, _is_ours)
        put(own, lambda made: made.write_bytes(content))
    kinds = [one.op_type for one in made.graph.node]
    return Exported(made, ", ".join(one for one in kinds if one in OPERATORS), difference, why,
                    kinds.count("Scan"), found is not None)


def _is_ours(path: Path) -> bool:
    """True for a model that symrnn wrote."""
    import onnx

    try:
        return bool(onnx.load(path, load_external_data=False).producer_name == PRODUCER)
    except Exception:  # protobuf has classes of its own for what is no model
        return False


def _must_be_there() -> None:
    try:
        import onnx  # noqa: F401
    except ImportError:
        raise Misused('models are made by the onnx package: pip install "symrnn[onnx]"') from None


def _sizes(network: Program, parameters: Mapping[str, Any],
           told: Mapping[str, int]) -> dict[str, int]:
    """Every size, from the parameters or as told. Raises ShapeError, Misused."""
    sizes = Sizes(network, np.float64)
    if parameters:
        own = network.with_role(Role.PARAMETER)
        check_names(parameters, [one.name for one in own], "parameter")
        for one in own:
            sizes.take(one, parameters[one.name], one.name)
            if not np.isfinite(parameters[one.name]).all():
                raise Misused(f"{network.name}: '{one.name}' has entries that are no finite "
                              f"numbers; give weights that are")
    free = [one.name for one in network.sizes if one.value is None]
    unknown = [name for name in told if name not in free]
    if unknown:
        raise Misused(f"{network.name} has no size {quoted(unknown[0])}; its sizes are "
                      f"{', '.join(free)}")
    for name, length in told.items():
        if not isinstance(length, int | np.integer) or length < 1:
            raise Misused(f"{network.name}: {name} is {quoted(length)}; a size is a whole number "
                          f"from 1 on")
    known = {**told, **{name: sizes.known[name] for name in free if name in sizes.known}}
    missing = [name for name in free if name not in known]
    if missing:
        raise Misused(f"{network.name}: {counted(len(missing), 'size')} must be told for a model: "
                      f"{', '.join(missing)}; write --fix {missing[0]}=16")
    if any(told.get(name, length) != length for name, length in known.items()):
        raise ShapeError(f"{network.name}: the parameters tell other sizes, {known}")
    return known


def _compared(network: Program, parameters: Mapping[str, Any], model: bytes,
              sizes: Mapping[str, int], dtype: str) -> tuple[float | None, str]:
    """The largest difference between the runtime and us, or None and why there is none."""
    if not parameters and network.with_role(Role.PARAMETER):
        return None, UNWEIGHTED
    try:
        made = session(model)
    except ImportError:
        return None, ""
    except Exception as error:  # it has no class of its own for it
        first = str(error).strip().split("\n")[0]
        return None, f"it does not take the model, {first}"
    return _difference(network, parameters, made, sizes, dtype), ""


def _difference(network: Program, parameters: Mapping[str, Any], made: Any,
                sizes: Mapping[str, int], dtype: str) -> float:
    """The largest difference between the runtime's outputs and ours, on random inputs."""
    draw = np.random.default_rng(1)
    known = Sizes(network, np.float64)
    known.known.update({**sizes, "T": STEPS, "B": SAMPLES})
    known.complete()
    inputs = {one.name: draw.normal(size=known.shape(one)).astype(dtype)
              for one in network.with_role(*INPUTS)}
    ours = compile(network, "numpy", dtype).forward(dict(parameters), inputs)
    fed = {one.name: ours.given.inputs[one.name] for one in network.with_role(*FED)}
    found = run(made, fed)
    wanted = {**ours.outputs, **{f"final.{name}": one for name, one in ours.final.items()}}
    return max(float(np.max(np.abs(found[name] - one))) for name, one in wanted.items())
