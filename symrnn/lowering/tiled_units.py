"""A fusion group over blocks of units: products into a tile, then equations on its vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sympy import Expr, Integer, Symbol

from symrnn.loops import (REAL, SIZE, VECTOR, ZERO, Aggregate, Assign, At, Body, Buffer, Call,
                          Choose, Computed, Declare, Expression, Field, For, If, Load,
                          Name, Over, Parts, Pointer, Section, Statement, Store, Struct,
                          VectorFormula)
from symrnn.loops.statements import uses
from symrnn.lowering.arrays import Locals
from symrnn.lowering.equations import scale_apart
from symrnn.lowering.tiled_arrays import LANES, Row, TiledArrays
from symrnn.lowering.tiled_products import BATCH, ROWS_AT_ONCE, ProductCalls, vectors_of
from symrnn.lowering.tiled_shares import FROM, MINE, TO, VECTORS, Share
from symrnn.lowering.tiled_team import Team
from symrnn.program import (Program, Variable, add, contraction_term, multiply,
                            symbols_in_order)
from symrnn.schedule import FusionGroup, LoopOrder, Place, Tile, UnitLoop
from symrnn.schedule import Statement as Planned

BLOCK, OWN = Name("block"), Name("own")
START, TAKEN, LOW = map(Name, ("start", "taken", "low"))  # of a batch of blocks
WAITING = "what depends on functions of the loop above"
ROWS, UNIT, LEFT, STEPS, FIRST = map(Name, ("rows", "v", "left", "steps", "first"))


class UnitGroups:
    """Makes the loop nests of fusion groups over blocks of units."""

    def __init__(self, program: Program, arrays: TiledArrays, products: ProductCalls,
                 local: Locals) -> None:
        self.program, self.to, self.products, self.local = program, arrays, products, local

    def nest(self, group: FusionGroup, row: Row, rows: Expression, cuts: Body, team: Team) -> Body:
        """The group over ``rows`` rows, cut where the addresses of delayed values change."""
        return _UnitGroup(self, group, row, team).nest(rows, cuts)

    def ahead(self, group: FusionGroup, tile: Tile, row: Row, rows: Expression, team: Team) -> Body:
        """The products of the rows of some steps that need no state."""
        return _UnitGroup(self, group, row, team).ahead(tile, rows)


class _UnitGroup:
    """One fusion group, whose first row is ``row``."""

    def __init__(self, groups: UnitGroups, group: FusionGroup, row: Row, team: Team) -> None:
        self.program, self.to, self.products = groups.program, groups.to, groups.products
        self.panels, self.names = groups.products.panels, groups.to.names
        self.group, self.row = group, row
        self.units = self.to.extent((group.axis,))
        self.share = Share(group, self.units, team)
        self.time, self.sample = Name(groups.local.time), Name(groups.local.sample)
        self.first_unit = Name(groups.local.indices[0])
        self._addresses = {name: self.to.rows(self.program[name], row) for name in group.rows}

    def nest(self, rows: Expression, cuts: Body) -> Body:
        """Parts of the rows, blocks of units, rows of a part: see ``schedule/fusion.py``."""
        sample = self.row.sample
        assert isinstance(sample, Name)
        low, high = self.share.bounds(rows)
        size = Call("balanced_chunk", (high - sample, ROWS_AT_ONCE))
        body = (*self._pointers(), *self._operands(), *self._nest())
        own = (If(Call("is_mine", (MINE, sample)), body),) if self.share.by_parts else body
        return (*self.share.declared(rows, rows),
                Parts(sample.text, ROWS.text, low, high, size, (*cuts, *own), Over.SAMPLES))

    def ahead(self, tile: Tile, rows: Expression) -> Body:
        """The products of a tile that need no state, for this thread's blocks and rows.

        Where lanes share rows, those of a step are not those of all steps: threads meet before it.
        """
        early, (low, high) = tile.segments[:tile.early], self.share.bounds(rows)
        row = replace(self.row, at=self.row.at + low, inside=self.row.inside + low)
        factors = [self.to.rows(self.program[one.operand], row) for one in early]
        into = (self.panels.ahead(tile), ZERO, rows, low)
        return (*self.share.declared(self.to.batch, rows),
                self.products.operands(tile, early, factors), self._blocks(FROM, TO, ZERO),
                self.products.call(self.group, tile, early, high - low, into),
                *self.share.meeting)

    def _blocks(self, low: Expression, high: Expression, back: Expression) -> Statement:
        return Declare(BATCH.text, Struct("block_range"),
                       Aggregate((self.units, VECTORS, low, high, back)))

    def _pointers(self) -> Body:
        found: list[Statement] = []
        for one in map(self.program.__getitem__, self.group.rows):
            address, stride = self._addresses[one.name]
            kind = Pointer(REAL, const=one.name not in self.group.names, fixed=True)
            found.append(Declare(self._rows(one).text, kind, address))
            if isinstance(stride, Choose):
                found.append(Declare(self._stride_name(one).text, SIZE, stride))
        return tuple(found)

    def _rows(self, variable: Variable) -> Name:
        return Name(self.names.beside(variable.name, after="_rows"))

    def _stride_name(self, variable: Variable) -> Name:
        return Name(self.names.beside(variable.name, after="_stride"))

    def _stride(self, variable: Variable) -> Expression:
        _, stride = self._addresses[variable.name]
        return self._stride_name(variable) if isinstance(stride, Choose) else stride

    def _operands(self) -> Body:
        """The operands of all products, which are the same for every block."""
        return tuple(self.products.operands(tile, tile.segments, [
            (self._rows(one), self._stride(one))
            for one in (self.program[each.operand] for each in tile.segments)])
            for tile in self.group.tiles)

    def _nest(self) -> Body:
        if self.group.nest is LoopOrder.BATCHES:
            return self._by_batches()
        (loop,) = self.group.loops
        if self.group.nest is LoopOrder.BLOCKS:
            return (For(BLOCK.text, TO, (self._own(), *self._loop(loop)), Over.BLOCKS, start=FROM),)
        return self._by_rows(loop)

    def _own(self) -> Statement:
        """How many vectors of units a block has."""
        return Declare(OWN.text, SIZE, Call("vectors_of", (self.units, VECTORS, BLOCK)))

    def _by_batches(self) -> Body:
        """A batch of blocks at a time: the products of all, then every loop over their units."""
        buffers = [*(self._buffer(self.panels.batch(tile), len(tile.gates))
                     for tile in self.group.tiles if not tile.ahead),
                   *(self._buffer(self.panels.kept(name), 1) for name in self.group.kept)]
        body = (*self._batch(), *buffers, *map(self._product, self.group.tiles),
                *(Section(WAITING if place else "", self._blocks_of(loop))
                  for place, loop in enumerate(self.group.loops)))
        size = Call("min_size", (TO - START, Call("blocks_per_batch", (ROWS,))))
        return (Parts(START.text, TAKEN.text, FROM, TO, size, body, Over.BLOCKS),)

    def _batch(self) -> Body:
        """The blocks of a batch.

        A scan takes them in reverse at every other step: what the step before read last is
        still in the cache.
        """
        if not self.group.serpentine:
            return (self._blocks(START, START + TAKEN, ZERO),)
        back = self.time & 1
        low = Choose(back, FROM + TO - START - TAKEN, START)
        return (Declare(LOW.text, SIZE, low), self._blocks(LOW, LOW + TAKEN, back))

    def _buffer(self, name: Name, values: int) -> Statement:
        """Room for values of all rows of a batch of blocks."""
        return Buffer(name.text, REAL, ROWS_AT_ONCE * values * vectors_of(self.group.gates) * LANES)

    def _product(self, tile: Tile) -> Statement:
        """The products of a batch; as it runs, those that were computed ahead are left out."""
        into = (self.panels.ahead(tile), ZERO, STEPS * self.to.batch, self._row_ahead()) \
            if tile.ahead else (self.panels.batch(tile), Field(BATCH, "low"), ROWS, ZERO)
        return self.products.call(self.group, tile, tile.segments, ROWS, into, tile.early)

    def _row_ahead(self) -> Expression:
        return (self.time - FIRST) * self.to.batch + self.row.sample

    def _blocks_of(self, loop: UnitLoop) -> Body:
        tiles = tuple(self._reached(self.group.tiles[number]) for number in loop.tiles)
        return (For(BLOCK.text, Field(BATCH, "high"), (self._own(), *tiles, *self._loop(loop)),
                    Over.BLOCKS, start=Field(BATCH, "low")),)

    def _reached(self, tile: Tile) -> Statement:
        """The sums of one block: those of this step where they were computed ahead."""
        if tile.ahead:
            rows = BLOCK * VECTORS * STEPS * self.to.batch + self._row_ahead() * OWN
            value = self.panels.ahead(tile) + rows * len(tile.gates) * LANES
        else:
            rows = (BLOCK - Field(BATCH, "low")) * VECTORS * ROWS
            value = self.panels.batch(tile) + rows * len(tile.gates) * LANES
        return Declare(self.panels.tile(tile).text, Pointer(REAL, const=True, fixed=True), value)

    def _loop(self, loop: UnitLoop) -> Body:
        """Unit by unit all rows."""
        row = (*self._loads(loop.of_row), *self._row_of_units(loop))
        zeros = tuple(Declare(self._vector(self.program[one.lhs]).text, VECTOR, Aggregate((ZERO,)),
                              constant=False) for one in loop.reductions)
        units = (*self._loads(loop.constants), *zeros,
                 For(self.sample.text, ROWS, row, Over.SAMPLES), *self._sums(loop))
        place = BLOCK * VECTORS + UNIT
        return (For(UNIT.text, OWN, self._at_unit(place, units), Over.UNITS),)

    def _by_rows(self, loop: UnitLoop) -> Body:
        """Row by row where no product and no sum ties the rows together."""
        units = self._at_unit(BLOCK, (*self._loads(loop.constants), *self._row_of_units(loop)))
        blocks = For(BLOCK.text, TO, units, Over.BLOCKS, start=FROM)
        return (For(self.sample.text, ROWS, (*self._loads(loop.of_row), blocks), Over.SAMPLES),)

    def _at_unit(self, place: Expression, body: Body) -> Body:
        """Statements behind the number of their first unit, and of the units from there on."""
        j = self.first_unit
        left = (Declare(LEFT.text, SIZE, self.units - j),) if LEFT.text in uses(body).names else ()
        return (Declare(j.text, SIZE, place * LANES), *left, *body)

    def _loads(self, some: Sequence[str]) -> Body:
        return tuple(self._load(self.program[name]) for name in some)

    def _load(self, one: Variable) -> Statement:
        """A vector of units, or a number."""
        if not one.axes:
            value = At(self.to.name(one), ZERO) if self.to.is_whole(one) else At(
                self._rows(one), self.sample * self._stride(one))
            return Declare(self._vector(one).text, REAL, value)
        return Declare(self._vector(one).text, VECTOR, self._vector_of(one))

    def _vector_of(self, one: Variable) -> Expression:
        if self.to.is_whole(one):
            return Load(self.to.name(one) + self.first_unit, LEFT)
        if one.name in self.group.kept:
            return Load(self._kept_at(one))
        return Load(self._unit_of(one), None if self.to.is_padded(one) else LEFT)

    def _unit_of(self, one: Variable) -> Expression:
        return self._rows(one) + self.sample * self._stride(one) + self.first_unit

    def _vector(self, variable: Variable) -> Name:
        if self.to.is_whole(variable):
            return Name(self.names.beside(variable.name, after="_here"))
        return self.to.name(variable)

    def _kept_at(self, variable: Variable) -> Expression:
        place = (BLOCK - Field(BATCH, "low")) * VECTORS + UNIT
        return self.panels.kept(variable.name) + (place * ROWS + self.sample) * LANES

    def _sums(self, loop: UnitLoop) -> Body:
        """What was added up over the rows, to its array."""
        found: list[Statement] = []
        for one in (self.program[equation.lhs] for equation in loop.reductions):
            at = self.to.name(one) + self.first_unit
            value = VectorFormula(Symbol("before") + Symbol("here"),
                                  (("before", Load(at, LEFT)), ("here", self._vector(one))))
            wanted, store = self.to.wanted(one), Store(at, value, LEFT)
            found.append(store if wanted is None else If(wanted, (store,)))
        return tuple(found)

    def _row_of_units(self, loop: UnitLoop) -> Body:
        """Equations for the units of one vector in one row."""
        return (*self._loads(loop.of_unit), *map(self._computed, loop.statements))

    def _computed(self, one: Planned) -> Statement:
        lhs, value = self.program[one.equation.lhs], self._value(one)
        if one.reduces:
            body: Body = (Assign(self._vector(lhs), value, "+="),)
        else:
            body = (Declare(self.to.name(lhs).text, VECTOR, value), *self._store(lhs))
        return Computed((one.equation,), body)

    def _value(self, one: Planned) -> VectorFormula:
        """The sums of tiles, then the terms that no tile computes."""
        vectors = {f"sum{number}": self._sum_of_tile(each.tile, each.gate)
                   for number, each in enumerate(one.sums)}
        numbers: dict[str, Expression] = {}
        written: list[Expr] = [Symbol(name, real=True) for name in vectors]
        written += [self._term(term, vectors, numbers) for term in one.rest]
        formula = add(written) if written else Integer(0)
        return VectorFormula(formula, tuple(vectors.items()), tuple(numbers.items()))

    def _sum_of_tile(self, number: int, gate: int) -> Expression:
        tile = self.group.tiles[number]
        place = (self.sample * len(tile.gates) + gate) * OWN + UNIT
        return Load(self.panels.tile(tile) + place * LANES)

    def _term(self, term: Expr, vectors: dict[str, Expression], numbers: dict[str, Expression]
              ) -> Expr:
        scale, ein = contraction_term(term) or (Integer(1), None)
        for name in symbols_in_order(term):
            one = self.program[name]
            (vectors if one.axes else numbers)[name] = self._vector(one)
        if ein is None:
            return term
        return multiply([scale_apart(scale, self._entries, numbers), *ein.operands])

    def _entries(self, expression: Expr) -> dict[str, Expression]:
        """What the symbols of a pointwise expression stand for."""
        return {name: self._vector(self.program[name]) for name in symbols_in_order(expression)}

    def _store(self, lhs: Variable) -> Body:
        if lhs.name in self.group.kept:
            return (Store(self._kept_at(lhs), self.to.name(lhs)),)
        if self.to.tiled.home(lhs.name) is Place.REGISTER:
            return ()
        left = None if self.to.is_padded(lhs) else LEFT
        return (Store(self._unit_of(lhs), self.to.name(lhs), left),)
