"""A step of one sample as a tree: groups of units whose sums stay in registers.

The shared parts of the file (templates/c/stream) have what the tree calls; sizes are constants of
the file, and so are how many vectors of units a group takes at a time and what follows from that.
"""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Expr, Integer, Symbol

from symrnn.loops import (REAL, SIZE, VECTOR, ZERO, Argument, Assign, At, Body, Buffer, Call,
                          Computed, Declare, Expression, For, Function, Load, Macro, Member, Name,
                          Not, Over, Pointer, Run, Section, Statement, Store, Struct, VectorFormula,
                          Whole, checked)
from symrnn.loops.statements import uses
from symrnn.lowering.arrays import StepArrays
from symrnn.lowering.equations import scale_apart
from symrnn.lowering.tiled import TiledInterface
from symrnn.lowering.tiled_arrays import LANES
from symrnn.program import Span, Variable, add, contraction_term, multiply
from symrnn.program import symbols_in_order
from symrnn.schedule import Plan, StreamEquation, StreamGroup, StreamPlan

STREAM, PACKED, IN, OUT, TURN = map(Name, ("stream", "packed", "in", "out", "turn"))
SUMS, PANEL, COLUMNS, BLOCK, ORDER, UNIT = map(Name, ("sums", "panel", "columns", "block", "order",
                                                      "v"))


class StreamArrays(StepArrays):
    """The same names, and where the values of a stream lie."""

    def __init__(self, plan: Plan, stream: StreamPlan, interface: TiledInterface) -> None:
        super().__init__(plan, plan.inference.forward, interface.names, interface.local)
        self.stream, self.program, self.fields = stream, stream.program, interface.fields
        self.sources = {one.source: one for one in self.program.delays}

    def room(self, variable: Variable) -> Expression:
        """Entries of an array of our own: whole vectors of any target."""
        return Call("ROOM", (self.extent(variable.axes),))

    def row(self, variable: Variable) -> Name:
        """The first entry of a value."""
        return Name(self.names.beside(variable.name, after="_row"))

    def here(self, variable: Variable) -> Name:
        """A value, or a constant, at the units of one vector; of one number that number."""
        if variable.span is Span.CONSTANT and variable.axes:
            return Name(self.names.beside(variable.name, after="_here"))
        return self.name(variable)

    def made(self, variable: Variable) -> Name:
        """The first entry of an output in memory of the caller."""
        if not self.is_own(variable):
            return self.row(variable)
        return Name(self.names.beside(variable.name, after="_out"))

    def is_own(self, variable: Variable) -> bool:
        """True for what lies in memory of our own, which is padded: not in that of the caller."""
        return variable.name in self.sources or self.program.delay_of(variable.name) is not None \
            or not (variable.role.given or variable.name in self.program.outputs)

    def place(self, variable: Variable) -> Expression | None:
        """Where a value lies; None for one that this step alone has."""
        delay = self.program.delay_of(variable.name) or self.sources.get(variable.name)
        bound = variable.name in {one.lhs for one in self.program.equations}
        if delay is not None and (bound or variable.name == delay.lhs):
            now: Expression = TURN if variable.name == delay.lhs else Not(TURN)
            return self.remembered(delay.source) + now * self.room(variable)
        if variable.name in self.program.outputs:
            return Member(OUT, self.fields[variable.name])
        return None if bound else Member(IN, self.fields[variable.name])

    def remembered(self, source: str) -> Expression:
        """Two rooms for a state: this step's and the next one's, by turns."""
        return Member(STREAM, self.fields[source])


class StreamStep:
    """Makes the function of one step."""

    def __init__(self, plan: Plan, stream: StreamPlan, interface: TiledInterface) -> None:
        self.stream, self.program, self.interface = stream, stream.program, interface
        self.to = StreamArrays(plan, stream, interface)

    def macro(self, what: str, number: int) -> str:
        """The name of a constant of the file for a group: ``OWN_0``, or what is free."""
        return self.to.names.derived(("group", what, number), f"{what}_{number}")

    def function(self) -> Function:
        """``static void lstm_fast_run(stream, packed, in, out)``."""
        prefix = self.interface.prefix
        arguments = (
            Argument(STREAM.text, Pointer(Struct(f"{prefix}_fast_stream"))),
            Argument(PACKED.text, Pointer(REAL, const=True)),
            Argument(IN.text, Pointer(Struct(f"{prefix}_inputs"), const=True)),
            Argument(OUT.text, Pointer(Struct(f"{prefix}_outputs"), const=True)))
        groups = tuple(Section(f"units of {one.axis}", _Group(self, number, one).body())
                       for number, one in enumerate(self.stream.groups))
        turned = Assign(Member(STREAM, TURN.text), Not(TURN))
        body = (Declare(TURN.text, SIZE, Member(STREAM, TURN.text)), *self._rows(),
                *self._numbers(), *groups, *self._kept(), turned)
        return checked(Function(f"{prefix}_fast_run", arguments, body))

    def _rows(self) -> Body:
        """Where every value lies that groups read or store."""
        touched = {name for one in self.stream.groups for name in (
            *one.units, *one.stored, *(each.operand for each in one.columns))}
        rows = tuple(self._row(one) for one in self.program.variables if one.name in touched)
        outputs = tuple(Declare(self.to.made(one).text, Pointer(REAL, restrict=True),
                                Member(OUT, self.to.fields[one.name]))
                        for one in map(self.program.__getitem__, self.program.outputs)
                        if self.to.is_own(one))
        return (*rows, *outputs)

    def _row(self, one: Variable) -> Statement:
        address, name = self.to.place(one), self.to.row(one).text
        if address is None:
            return Buffer(name, REAL, self.to.room(one))
        bound = self.program.definition(one.name) is not None
        return Declare(name, Pointer(REAL, not bound, restrict=True), address)

    def _numbers(self) -> Body:
        """What is alike for all units: constants from behind the weights, and inputs."""
        places = {name: place for place, name in enumerate(self.stream.numbers)}
        found: list[Statement] = []
        for one in self.program.variables:
            if one.name in places:
                value = At(PACKED, Macro("NUMBERS") + places[one.name])
            elif any(one.name in each.numbers for each in self.stream.groups):
                there = self.to.place(one)
                assert there is not None
                value = At(there, ZERO)
            else:
                continue
            found.append(Declare(self.to.name(one).text, REAL, value))
        return tuple(found)

    def _kept(self) -> Body:
        """Inputs that the next step reads, and values of this one that it reads later still."""
        found: list[Statement] = []
        for delay in self.program.delays:
            source = self.program[delay.source]
            if self.program.definition(source.name) is None:
                there = self.to.place(source)
                assert there is not None
                room = self.to.remembered(source.name) + Not(TURN) * self.to.room(source)
                found.append(Run(Call("keep", (room, there, self.to.extent(source.axes)))))
        return tuple(found)


class _Group:
    """One group of units, whose constants in the file end with its ``number``."""

    def __init__(self, step: StreamStep, number: int, group: StreamGroup) -> None:
        self.step, self.to, self.program, self.group = step, step.to, step.program, group
        self.number, self.unit = number, Name(step.interface.local.indices[0])
        self.units = self.to.extent((group.axis,))
        self.own = self.macro("OWN")

    def macro(self, what: str) -> Macro:
        """A constant of the file for this group."""
        return Macro(self.step.macro(what, self.number))

    def body(self) -> Body:
        """Blocks of units, those read last first where the weights are too many for the cache."""
        blocks = self.macro("BLOCKS")
        block = Declare(BLOCK.text, SIZE, Call("in_turn", (
            ORDER, blocks, Macro("SERPENTINE"), TURN)))
        inside = (*self._sums(), self._units())
        panel = Declare(PANEL.text, Pointer(REAL, const=True, fixed=True),
                        PACKED + self.macro("PANELS") + BLOCK * self.macro("PANEL"))
        panels = (panel,) if PANEL.text in uses(inside).names else ()
        return (For(ORDER.text, blocks, (block, *panels, *inside), Over.BLOCKS),)

    def _sums(self) -> Body:
        """The sums of a block: what they begin with, then column by column of the weights."""
        group = self.group
        if not group.gates:
            return ()
        every, parts = self.macro("SUMS"), self.macro("PARTS")
        starts = tuple(Run(Call("begin_sum", (SUMS, self._place(gate), self._formula(terms))))
                       for gate, terms in enumerate(group.starts))
        names = {name for terms in group.starts for term in terms
                 for name in symbols_in_order(term)}
        first = PANEL + Whole(len(group.constants)) * self.own * LANES
        calls = tuple(Assign(COLUMNS, Call("add_columns", (
            SUMS + Whole(one.first) * self.own, every, parts, COLUMNS,
            Whole(len(one.weights)) * self.own,
            self.to.row(self.program[one.operand]),
            self.to.extent(self.program[one.operand].axes)))) for one in group.columns)
        return (Buffer(SUMS.text, VECTOR, every * parts),
                Run(Call("clear_sums", (SUMS, every * parts))),
                self._loop((*self._loads(names), *starts)),
                Declare(COLUMNS.text, Pointer(REAL, const=True), first, constant=False), *calls,
                Run(Call("add_parts", (SUMS, every, parts))))

    def _place(self, gate: int) -> Expression:
        return Whole(gate) * self.own + UNIT

    def _units(self) -> Statement:
        """What follows from the sums, vector by vector."""
        names = {name for one in self.group.equations for term in one.rest
                 for name in symbols_in_order(term)}
        return self._loop((*self._loads(names), *map(self._computed, self.group.equations)))

    def _loop(self, body: Body) -> Statement:
        """Statements for every vector of a block, behind the number of its first unit."""
        first = (Declare(self.unit.text, SIZE, (BLOCK * self.own + UNIT) * LANES),) \
            if self.unit.text in uses(body).names else ()
        return For(UNIT.text, self.own, (*first, *body), Over.UNITS)

    def _loads(self, names: set[str]) -> Body:
        """Constants from the panel, values from where they lie."""
        found: list[Statement] = []
        for name in (*self.group.constants, *self.group.units):
            if name in names:
                one = self.program[name]
                found.append(Declare(self.to.here(one).text, VECTOR, self._loaded(one)))
        return tuple(found)

    def _loaded(self, one: Variable) -> Expression:
        if one.name in self.group.constants:
            place = Whole(self.group.constants.index(one.name)) * self.own + UNIT
            return Load(PANEL + place * LANES)
        if self.to.is_own(one):
            return Load(self.to.row(one) + self.unit)
        return Call("take", (self.to.row(one), self.unit, self.units))

    def _computed(self, one: StreamEquation) -> Statement:
        lhs = self.program[one.equation.lhs]
        vectors: dict[str, Expression] = {}
        if one.sum is not None:
            vectors["sum"] = Call("sum_at", (SUMS, self._place(one.sum)))
        value = self._formula(one.rest, vectors)
        return Computed((one.equation,),
                        (Declare(self.to.name(lhs).text, VECTOR, value), *self._store(lhs)))

    def _store(self, lhs: Variable) -> Body:
        """To memory of our own, to that of the caller, or to both."""
        if lhs.name not in self.group.stored:
            return ()
        value, found = self.to.name(lhs), list[Statement]()
        if self.to.is_own(lhs):
            found.append(Store(self.to.row(lhs) + self.unit, value))
        if lhs.name in self.program.outputs:
            found.append(Run(Call("put", (self.to.made(lhs), value, self.unit, self.units))))
        return tuple(found)

    def _formula(self, terms: Sequence[Expr], vectors: dict[str, Expression] | None = None
                 ) -> Expression:
        """A sum of terms over vectors, behind the sum of columns where there is one."""
        vectors, numbers = vectors or {}, dict[str, Expression]()
        written: list[Expr] = [Symbol(name, real=True) for name in vectors]
        written += [self._term(term, vectors, numbers) for term in terms]
        return VectorFormula(add(written) if written else Integer(0), tuple(vectors.items()),
                             tuple(numbers.items()))

    def _term(self, term: Expr, vectors: dict[str, Expression], numbers: dict[str, Expression]
              ) -> Expr:
        scale, ein = contraction_term(term) or (Integer(1), None)
        for name in symbols_in_order(term):
            one = self.program[name]
            (vectors if one.axes else numbers)[name] = self.to.here(one)
        if ein is None:
            return term
        return multiply([scale_apart(scale, self._entries, numbers), *ein.operands])

    def _entries(self, expression: Expr) -> dict[str, Expression]:
        return {name: self.to.here(self.program[name]) for name in symbols_in_order(expression)}
