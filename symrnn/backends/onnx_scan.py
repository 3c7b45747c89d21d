"""Any network as an ONNX model: its stages as operators, a recurrence often as a ``Scan``.

Runtimes have fast kernels for three operators of ONNX; a scan of primitive ones runs in any of
them and is slow there, as each step starts a graph. T and B stay open, other sizes are fixed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from onnx import TensorProto, helper

from symrnn.backends.onnx_graph import LENGTHS, Constants, Dims, Nodes, Value, operations
from symrnn.backends.onnx_operator import Chooser, add_operator, names_read, network_of
from symrnn.program import (FED, Delay, Equation, IndexSymbol, Program, ProgramError, Role, Span,
                            Variable)
from symrnn.program.contraction import Ein, Maximum, aligned
from symrnn.program.interpret import Interpreter, evaluate
from symrnn.schedule import Order, Stage, stages

OPSET, IR = 21, 10
TYPES = {"float32": TensorProto.FLOAT, "float64": TensorProto.DOUBLE}
LETTERS = "TB"  # of steps and samples in contractions; axes have small ones
SLOW = ("The recurrence is a Scan of primitive operators. Runtimes start a graph for every step, "
        "so it is slow there.")
Values = dict[str, Value]
MATMUL = {"ij,j->i": True, "ji,j->i": False}  # matrix and vector: is the matrix to be transposed?


def scan_model(program: Program, sizes: Mapping[str, int], parameters: Mapping[str, Any],
               dtype: str = "float32", chooser: Chooser | None = None) -> Any:
    """The model of a network: inputs [T, B, ...] in, outputs and final states out.

    A recurrence is the operator that ``chooser`` has for it, else a scan of primitive ones.

    Parameters that are not given are inputs of the model. Initial states are inputs too, [B, ...]
    by the names of the states, with a default. Raises ProgramError for a system that is no network
    of a caller's inputs, such as an adjoint.
    """
    foreign = [one for one in program.variables if one.role.given
               and one.role not in (*FED, Role.PARAMETER, Role.INITIAL, Role.SELECTOR)]
    if foreign:
        raise ProgramError(f"{program.name}: '{foreign[0].name}' is a {foreign[0].role.value}, "
                           f"which a model for ONNX does not take; export the network itself")
    return _Model(program, sizes, parameters, dtype, chooser).made()


class _Model:
    """A model being made; ``outer`` is its graph, ``known`` the values there by variable."""

    def __init__(self, program: Program, sizes: Mapping[str, int], parameters: Mapping[str, Any],
                 dtype: str, chooser: Chooser | None) -> None:
        self.chooser, self.scans = chooser, 0
        self.program, self.type = program, TYPES[dtype]
        self.constants = Constants(dtype)
        self.interpreter = Interpreter(program, {}, sizes)
        self.sizes = self.interpreter.sizes
        self.outer, self.known = Nodes(self.constants), Values()
        self.inputs = list[Any]()
        self.parameters = parameters
        self.transposed = Values()
        self.timed = {one.lhs for one in program.delays}

    def made(self) -> Any:
        """The whole model."""
        fed = self.program.with_role(*FED)
        for one in (*fed, *self.program.with_role(Role.PARAMETER)):
            self._take(one)
        first = fed[0]
        for place, name in enumerate(LENGTHS.values()):
            self.outer.add("Shape", [first.name], [name], start=place, end=place + 1)
        for one in self.program.with_role(Role.SELECTOR):
            self._constant(one, self.interpreter.at(one.name, 0))
        finals = [name for stage in stages(self.program) for name in self._stage(stage)]
        outputs = [self._info(name, self.dims(self.program[name], inside=False))
                   for name in (*self.program.outputs, *finals)]
        graph = helper.make_graph(self.outer.nodes, self.program.name, self.inputs, outputs,
                                  self.constants.initializers({*names_read(self.outer.nodes)}))
        return helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR,
            producer_name="symrnn",
            doc_string=self.program.title + (f". {SLOW}" if self.scans else ""))

    def dims(self, variable: Variable, inside: bool) -> Dims:
        """The shape of a variable, inside of a step or around the loop."""
        lost = inside and variable.span is Span.SEQUENCE
        return tuple(one if one in LETTERS else self.sizes[one]
                     for one in variable.shape[1 if lost else 0:])

    def _info(self, name: str, dims: Dims) -> Any:
        return helper.make_tensor_value_info(name, self.type, dims)

    def _take(self, variable: Variable) -> None:
        """An input, or a parameter whose numbers are known."""
        if variable.name in self.parameters:
            self._constant(variable, self.parameters[variable.name])
            return
        dims = self.dims(variable, inside=False)
        self.inputs.append(self._info(variable.name, dims))
        self.known[variable.name] = Value(self.outer, variable.name, dims)

    def _constant(self, variable: Variable, array: Any) -> None:
        self.constants.put(variable.name, array)
        dims = self.dims(variable, inside=False)
        self.known[variable.name] = Value(self.outer, variable.name, dims)

    def _stage(self, stage: Stage) -> list[str]:
        """The nodes of a stage; gives the names of the final states."""
        if stage.order in (Order.FORWARD, Order.REVERSE):
            return self._operator(stage) or self._scan(stage)
        finals = [self._shift(one) for one in stage.delays]
        for one in stage.equations:
            self.known[one.lhs] = self._equation(one, self.outer, self.known)
        return finals

    def _shift(self, delay: Delay) -> str:
        """A delay of what needs no memory: all steps but one, beside the initial value."""
        graph, source, first = self.outer, self.known[delay.source], self._initial(delay)
        graph.equation = delay.lhs
        ends = {name: self.constants.put(f"step {number}", [number], np.int64)
                for name, number in (("first", 0), ("second", 1), ("last", -1), ("end", 2**62))}
        kept = ("first", "last") if delay.step > 0 else ("second", "end")
        ordinary = graph.value("Slice", [source.name, *(ends[one] for one in kept)], source.dims)
        parts = [graph.reshaped(first, [0]).name, ordinary.name][::delay.step]
        graph.add("Concat", parts, [delay.lhs], axis=0)
        self.known[delay.lhs] = Value(graph, delay.lhs, source.dims)
        index = self.constants.put(f"index {min(-delay.step, 0)}", min(-delay.step, 0), np.int64)
        graph.add("Gather", [source.name, index], [delay.final], axis=0)
        return delay.final

    def _operator(self, stage: Stage) -> list[str]:
        """A stage over time as the operator that it is; nothing where it is none."""
        read, wanted = self._read_from_outside(stage), self._wanted(stage)
        own = None if self.chooser is None else network_of(self.program, stage, read, wanted)
        one = None if self.chooser is None or own is None else self.chooser(own)
        if one is None:
            return []
        delays = {each.state: each for each in stage.delays}
        order = [delays[state] for state in one.states]
        finals = [each.final for each in order]
        add_operator(self.outer, one, read[0], wanted[0], [self._initial(each) for each in order],
                     finals)
        self.known[wanted[0]] = Value(self.outer, wanted[0],
                                      self.dims(self.program[wanted[0]], False))
        return finals

    def _scan(self, stage: Stage) -> list[str]:
        """A stage over time as one Scan: states, then sequences, in and out."""
        self.scans += 1
        body, now = Nodes(self.constants, inside=True), dict(self.known)
        states = [self._inner(body, now, one.lhs) for one in stage.delays]
        names = self._read_from_outside(stage)
        fed = [self._inner(body, now, name) for name in names]
        for one in stage.equations:
            now[one.lhs] = self._equation(one, body, now)
        wanted, left = self._wanted(stage), [one.lhs for one in stage.equations]
        new = [body.leaving(now[one.source], one.source, left, f"{one.lhs}[t+1]")
               for one in stage.delays]
        rows = [body.leaving(now[name], name, left, f"{name}[t] of all") for name in wanted]
        graph = helper.make_graph(
            body.nodes, f"a step of {self.program.name}",
            [self._info(one.name, one.dims) for one in (*states, *fed)],
            [self._info(one.name, one.dims) for one in (*new, *rows)])
        backwards = int(stage.order is Order.REVERSE)
        finals = [one.final for one in stage.delays]
        sides = {"scan_input_directions": fed, "scan_output_directions": wanted}
        self.outer.add(
            "Scan", [*(self._initial(one).name for one in stage.delays), *names],
            [*finals, *wanted], body=graph, num_scan_inputs=len(fed),
            **{side: [backwards] * len(some) for side, some in sides.items() if some})
        for name in wanted:
            self.known[name] = Value(self.outer, name, self.dims(self.program[name], False))
        return finals

    def _inner(self, body: Nodes, now: Values, name: str) -> Value:
        """A sequence as a step of the loop sees it."""
        now[name] = Value(body, f"{name}[t]", self.dims(self.program[name], inside=True))
        return now[name]

    def _read_from_outside(self, stage: Stage) -> list[str]:
        """The sequences that a stage reads and does not bind; a loop needs one at least."""
        read = dict.fromkeys([name for one in stage.equations for name in one.reads]
                             + [one.source for one in stage.delays])
        found = [name for name in read if name in self.program and name not in stage.names
                 and self.program[name].span is Span.SEQUENCE]
        return found or [self.program.with_role(*FED)[0].name]

    def _wanted(self, stage: Stage) -> list[str]:
        """What a stage binds and others read."""
        outside = {name for one in self.program.equations if one.lhs not in stage.names
                   for name in one.reads}
        outside |= {one.source for one in self.program.delays if one.lhs not in stage.names}
        outside |= set(self.program.outputs)
        return [one.name for one in self.program.variables
                if one.name in stage.names and one.name in outside]

    def _initial(self, delay: Delay) -> Value:
        """A state before the first step: an input with a default, or what an equation gives."""
        variable = self.program[delay.initial]
        dims = self.dims(variable, inside=False)
        if delay.initial not in self.known:
            shape = (1, *dims[1:])
            self.constants.put(delay.initial, np.full(shape, float(delay.start)))
            self.inputs.append(self._info(delay.initial, (f"B of {delay.initial} or 1", *dims[1:])))
            self.known[delay.initial] = Value(self.outer, delay.initial, shape)
        self.outer.equation = delay.initial
        return self.outer.expanded(self.known[delay.initial], dims)

    def _equation(self, one: Equation, graph: Nodes, known: Values) -> Value:
        """The value of a left-hand side, under its name."""
        lhs = self.program[one.lhs]
        timed = graph.inside and lhs.span is Span.SEQUENCE
        graph.equation = f"{one.lhs}[t]" if timed else one.lhs
        functions = operations(graph, self.sizes)
        result: Any = 0.0
        for number, (term, product) in enumerate(one.taken_apart):
            if product is None:
                value = evaluate(term, lambda name: self._aligned(graph, known, name, lhs),
                                 self.sizes, functions)
            else:
                factor = evaluate(product[0], self.sizes.__getitem__, self.sizes)
                value = self._product(product[1], lhs, graph, known)
                value = value if factor == 1 else factor * value
            result = result + value if number else value
        whole = graph.expanded(graph.put(result), self.dims(lhs, graph.inside))
        return graph.named(whole, graph.equation)

    def _aligned(self, graph: Nodes, known: Values, name: str, lhs: Variable) -> Value:
        """An operand that can be repeated along the axes of the left-hand side that it lacks."""
        for place, axis in enumerate(lhs.axes):
            if IndexSymbol.at(place).name == name:
                length, behind = self.sizes[axis], len(lhs.axes) - place - 1
                along = np.arange(length).reshape(-1, *[1] * behind)
                called = self.constants.put(f"{name} of {length}, {behind} behind", along)
                return Value(graph, called, along.shape)
        value, own = self._here(graph, known[name]), self.program[name].axes
        if not own and not value.dims:
            return value
        places = aligned(own, lhs.axes)
        lacking = [place for place in range(len(lhs.axes)) if place not in places]
        front = len(value.dims) - len(own)
        leads = 0 if front else min(places, default=0)  # those in front are repeated untold
        return graph.reshaped(value, [front + place - leads for place in lacking if place >= leads])

    @staticmethod
    def _here(graph: Nodes, value: Value) -> Value:
        """A value of the graph around, seen from inside."""
        return Value(graph, value.name, value.dims)

    def _product(self, ein: Ein, lhs: Variable, graph: Nodes, known: Values) -> Value:
        values = [self._here(graph, known[one.name]) for one in ein.operands]
        if isinstance(ein, Maximum):
            return graph.largest(values[0], ein.places_summed)
        constant = [self.program[one.name].span is Span.CONSTANT for one in ein.operands]
        if ein.letters.spec in MATMUL and constant == [True, False]:
            matrix, vector = values
            if MATMUL[ein.letters.spec]:
                matrix = self._transpose(matrix)
            return graph.value("MatMul", [vector.name, matrix.name],
                               (*vector.dims[:-1], matrix.dims[-1]))
        return self._einsum(ein, lhs, graph, values)

    def _transpose(self, matrix: Value) -> Value:
        """A matrix transposed, once and outside of all loops."""
        if matrix.name not in self.transposed:
            name, dims = f"{matrix.name} transposed", matrix.dims[::-1]
            self.outer.add("Transpose", [matrix.name], [name], perm=[1, 0])
            self.transposed[matrix.name] = Value(self.outer, name, dims)
        return self.transposed[matrix.name]

    def _einsum(self, ein: Ein, lhs: Variable, graph: Nodes, values: list[Value]) -> Value:
        """Any contraction; steps and samples that the left-hand side lacks are summed over."""
        fronts = [value.dims[:len(value.dims) - len(part)]
                  for value, part in zip(values, ein.letters.operands, strict=True)]
        parts = ["".join(map(str, front)) + part
                 for front, part in zip(fronts, ein.letters.operands, strict=True)]
        own = self.dims(lhs, graph.inside)
        kept = tuple(one for one in own[:len(own) - len(lhs.axes)]
                     if any(one in front for front in fronts))
        lengths = dict(zip(ein.letters.output, lhs.axes, strict=True))
        for letter, axis in lengths.items():
            if not any(letter in part for part in ein.letters.operands):
                length = self.sizes[axis]
                name = self.constants.put(f"ones of {length}", np.ones(length))
                values, parts = [*values, Value(graph, name, (length,))], [*parts, letter]
        output = "".join(map(str, kept)) + ein.letters.output
        return graph.value("Einsum", [one.name for one in values],
                           (*kept, *(self.sizes[axis] for axis in lengths.values())),
                           equation=f"{','.join(parts)}->{output}")
