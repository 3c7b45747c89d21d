"""The functions that copy the weights of a network into panels, once before all calls."""

from __future__ import annotations

from symrnn.loops import (Aggregate, Argument, Assign, Block, Call, Formula, Function, Member,
                          Name, Pointer, Run, Statement, Table, Whole)
from symrnn.lowering.interface import argument
from symrnn.lowering.tiled import TiledFunction
from symrnn.lowering.tiled_arrays import TiledArrays
from symrnn.lowering.tiled_products import vectors_of
from symrnn.program import Program
from symrnn.schedule import PackedWeights, Weights
from symrnn.transforms import row_scale


def packing(maker: TiledFunction, kind: str) -> Function:
    """The function that packs the weights for one direction."""
    prefix = maker.interface.prefix
    sizes, parameters = (argument(kind, prefix, one) for one in ("sizes", "parameters"))
    packed = Argument("packed", Pointer(maker.to.weights), constant=False)
    last = len(maker.tiled.packed) - 1
    body = tuple(packed_weights(one, maker.program, maker.to, place < last)
                 for place, one in enumerate(maker.tiled.packed))
    return maker.finished(f"{prefix}_simd_pack_{kind}", (sizes, parameters, packed), body)


def packed_weights(one: PackedWeights, program: Program, arrays: TiledArrays, goes_on: bool
                   ) -> Statement:
    """Packs the weights of some gates for one operand, behind which others come or none."""
    rows = []
    for weights in one.segment.weights:
        columns = arrays.extent((program[weights.matrix].axes[1],))
        strides = (Whole(1), columns) if weights.transposed else (columns, Whole(1))
        matrix = Member(Name("parameters"), arrays.fields[weights.matrix])
        rows.append(Aggregate((matrix, *strides, Formula(weights.scale), *_alike(arrays, weights))))
    packed, table = Name("packed"), Name("from")
    call = Call("pack", (
        arrays.extent(program[one.gates[0]].axes), vectors_of(one.width), table,
        Whole(len(one.gates)), arrays.extent(program[one.segment.operand].axes), packed))
    packing = Assign(packed, call) if goes_on else Run(call)
    return Block((Table(table.text, "weights", tuple(rows)), packing))


def _alike(arrays: TiledArrays, weights: Weights) -> tuple[Whole, ...]:
    """Of a narrow matrix: 1 where units have one scale in common, as one that is transposed too."""
    if not arrays.weights.stored:
        return ()
    return (Whole(0 if row_scale(arrays.plan.program, weights.matrix).places else 1),)
