"""Equations as SymPy knows them: each symbol an ``IndexedBase``, each contraction a ``Sum``.

``z = W x`` is ``Eq(z[t, j], Sum(W[j, k]*x[t, k], (k, 0, n - 1)))``. Steps count from 1 to T, and
what a state is before the first step stands at step 0; entries count from 0, as in documents.
Equations are those of one sample.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, count

from sympy import (Add, Eq, Expr, Function, IndexedBase, Integer, KroneckerDelta, Mul, Sum, Symbol,
                   Tuple)

from symrnn.backends.entries import letters_of
from symrnn.backends.printer import LETTERS
from symrnn.program import (Ein, Equation, IndexSymbol, Maximum, Program, SizeSymbol, Span,
                            Variable, aligned, contraction_axes, contraction_term, is_variable,
                            terms)

STEP, STEPS, EARLIER = (Symbol(name, integer=True) for name in ("t", "T", "s"))
LARGEST = Function("Maximum")  # of an expression over indices, as Sum is its sum


@dataclass(frozen=True)
class Basis:
    """The entries by which derivatives are taken: the direction ``seed`` is each unit in turn.

    All that is ``moving`` has the indices of such an entry behind its own, and another name where
    ``labels`` have one for it.
    """

    seed: str
    axes: tuple[str, ...]
    moving: frozenset[str]
    labels: Mapping[str, str] = field(default_factory=dict)


def past(program: Program) -> dict[str, tuple[str, int]]:
    """What each remembered name is: the name that it is remembered of, and how many steps ago."""
    found: dict[str, tuple[str, int]] = {}
    for delay in program.delays:
        root, steps = delay.source, delay.step
        while (handed := program[root].stands_for) is not None:
            before = next(one for one in program.delays if one.lhs == handed.name)
            root, steps = before.source, steps + before.step
        found[delay.lhs] = root, steps
    return found


def letters(program: Program) -> Iterator[Symbol]:
    """Symbols of indices that no symbol and no size of a program is called like."""
    taken = {*program.axes, *(one.name for one in program.sizes)}
    numbered = (f"{letter}{number}" for number in count(1) for letter in LETTERS)
    return (Symbol(one, integer=True) for one in chain(letters_of(program), numbered)
            if one not in taken)


class Indexer:
    """Makes SymPy's expressions of one program's; what is in ``put_in`` gives way to its formula.

    ``before`` tells what the remembered names among saved values are, as :func:`past` does.
    """

    def __init__(self, program: Program, put_in: Collection[str] = (), basis: Basis | None = None,
                 before: Mapping[str, tuple[str, int]] | None = None) -> None:
        self.program, self.put_in, self.basis = program, put_in, basis
        self.before = before or {}
        self._free = letters(program)
        self._letters: list[Symbol] = []
        self._used = 0

    def equation(self, equation: Equation, at: Expr = STEP) -> Eq:
        """An equation, at any step or at a fixed one."""
        own = self._begin(equation.lhs)
        return Eq(self.base(equation.lhs, at, own), self.right(equation, at, own), evaluate=False)

    def equations(self) -> tuple[Eq, ...]:
        """All equations that are not put in elsewhere."""
        return tuple(self.equation(one) for one in self.program.equations
                     if not self._is_put_in(one.lhs))

    @cached_property
    def along(self) -> tuple[Symbol, ...]:
        """The indices of the entry by which derivatives are taken."""
        axes = () if self.basis is None else self.basis.axes
        return tuple(self._letter(len(self._widest) + place) for place in range(len(axes)))

    @cached_property
    def _widest(self) -> tuple[str, ...]:
        return max((self.program[one.lhs].axes for one in self.program.equations), key=len,
                   default=())

    def _begin(self, lhs: str) -> tuple[Symbol, ...]:
        """The indices of a left-hand side; sums inside take letters behind them."""
        axes = self.program[lhs].axes
        self._used = len(self._widest) + len(self.along)
        return tuple(map(self._letter, range(len(axes))))

    def _letter(self, place: int) -> Symbol:
        while len(self._letters) <= place:
            self._letters.append(next(self._free))
        return self._letters[place]

    def _fresh(self) -> Symbol:
        self._used += 1
        return self._letter(self._used - 1)

    def _is_put_in(self, name: str) -> bool:
        return name in self.put_in or self.program[name].stands_for is not None

    # Symbols

    def base(self, name: str, at: Expr, indices: Sequence[Expr]) -> Expr:
        """The symbol of a variable at a step, with its indices."""
        variable = self.program[name]
        moves = self.basis is not None and name in self.basis.moving
        behind = self.along if moves else ()
        step = (at,) if variable.span is Span.SEQUENCE else ()
        places = (*step, *indices, *behind)
        label = name if self.basis is None else self.basis.labels.get(name, name)
        return IndexedBase(label, shape=self.shape(name))[places] if places else Symbol(label)

    def shape(self, name: str) -> tuple[Expr, ...]:
        """The sizes along the places of a symbol, the step first."""
        variable = self.program[name]
        moves = self.basis is not None and name in self.basis.moving
        axes = (*variable.axes, *(self.basis.axes if self.basis and moves else ()))
        steps = (STEPS,) if variable.span is Span.SEQUENCE else ()
        return (*steps, *(self.size(SizeSymbol(one)) for one in axes))

    def size(self, expression: Expr) -> Expr:
        """A size, or an expression of sizes, over symbols that are whole and positive."""
        known = {one: Symbol(one.name, integer=True, positive=True)
                 for one in expression.atoms(SizeSymbol)}
        return expression.xreplace(known)

    def value(self, name: str, at: Expr, indices: Sequence[Expr]) -> Expr:
        """What stands for a variable at a step."""
        variable, delay = self.program[name], self.program.delay_of(name)
        if self.basis is not None and name == self.basis.seed:
            return Mul(*map(KroneckerDelta, indices, self.along))
        if variable.offset is not None:
            return KroneckerDelta(indices[0], self.size(variable.offset) + indices[1])
        if variable.stands_for is not None:
            return self._pointwise(variable.stands_for, variable, at, indices)
        if name in self.put_in:
            definition = self.program.definition(name)
            assert definition is not None
            return self.right(definition, at, indices)
        if delay is not None:
            return self.value(delay.source, at - delay.step, indices)
        if name in self.before:
            root, steps = self.before[name]
            return IndexedBase(root, shape=self.shape(name))[(at - steps, *indices)]
        return self.base(name, at, indices)

    def end(self, final: str) -> Eq:
        """What a delay leaves at the end of its scan, such as an initial state's gradient."""
        delay = next(one for one in self.program.delays if one.final == final)
        own = self._begin(final)
        at = STEPS if delay.step > 0 else Integer(1)
        return Eq(self.base(final, at, own), self.value(delay.source, at, own), evaluate=False)

    # Right-hand sides

    def right(self, equation: Equation, at: Expr, indices: Sequence[Expr]) -> Expr:
        """A right-hand side at a step, for the entry with these indices."""
        lhs = self.program[equation.lhs]
        return Add(*(self._term(term, lhs, at, indices) for term in terms(equation.rhs)))

    def _term(self, term: Expr, lhs: Variable, at: Expr, indices: Sequence[Expr]) -> Expr:
        used = self._used
        made = self._made(term, lhs, at, indices)
        self._used = used  # terms beside each other may sum over the same letters
        return made

    def _made(self, term: Expr, lhs: Variable, at: Expr, indices: Sequence[Expr]) -> Expr:
        found = contraction_term(term)
        if found is None:
            return self._pointwise(term, lhs, at, indices)
        factor, ein = found
        widest = max(self.program[one.name].span for one in ein.operands)
        if widest is not Span.SEQUENCE or lhs.span is Span.SEQUENCE:
            return self.size(factor) * self._contraction(ein, at, indices)
        step = EARLIER if at.has(STEP) and lhs.span is not Span.CONSTANT else STEP
        return self.size(factor) * Sum(self._contraction(ein, step, indices), (step, 1, STEPS))

    def _contraction(self, ein: Ein, at: Expr, indices: Sequence[Expr]) -> Expr:
        letters, sizes = ein.letters, contraction_axes(ein, self.program.axes)
        known = dict(zip(letters.output, indices, strict=True))
        seed = "" if self.basis is None else self.basis.seed
        for part, operand in zip(letters.operands, ein.operands, strict=True):
            if operand.name == seed:  # of a sum over all units one is left
                known = dict(zip(part, self.along, strict=True)) | known
        summed = [one for one in letters.summed if one not in known]
        known |= {one: self._fresh() for one in summed}
        inside = Mul(*(self.value(operand.name, at, [known[one] for one in part])
                       for part, operand in zip(letters.operands, ein.operands, strict=True)))
        limits = [(known[one], 0, self.size(SizeSymbol(sizes[one])) - 1) for one in summed]
        if isinstance(ein, Maximum):
            return LARGEST(inside, *(Tuple(*one) for one in limits))
        return Sum(inside, *limits) if limits else inside

    def _pointwise(self, node: Expr, lhs: Variable, at: Expr, indices: Sequence[Expr]) -> Expr:
        if isinstance(node, SizeSymbol):
            return self.size(node)
        if isinstance(node, IndexSymbol):
            return indices[node.place]
        if is_variable(node):
            own = aligned(self.program[node.name].axes, lhs.axes)
            return self.value(node.name, at, [indices[place] for place in own])
        if not node.args:
            return node
        return node.func(*(self._pointwise(one, lhs, at, indices) for one in node.args))
