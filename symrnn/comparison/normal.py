"""A program's next states and outputs as sums of products of what is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sympy import Add, Expr, Function, Integer, Mul, Piecewise, Pow, Rational, Symbol, exp
from sympy.core.relational import Relational
from sympy.logic.boolalg import BooleanTrue

from symrnn.comparison.polynomial import (SELECTOR, STATE, Call, Leaf, Poly, TooLarge, called,
                                          constant, own_indices, placed, plus, resized, scaled,
                                          single, times)
from symrnn.program import (ELEMENTARY, indices_in_order, Ein, Maximum, Pointwise, Program, Role,
                            SizeSymbol, Span, Variable, aligned, quoted)

DISTRIBUTED = "sums multiplied out"
COMPLEMENT = "1 - σ(u) = σ(-u)"
ODD = "f(-u) = -f(u)"
LOGISTIC = "1 / (1 + exp(u)) = σ(-u)"
DEFINED = "activations by their definition"

# f(-u) = -f(u) and f(-u) = 1 - f(u); a test holds both against the table of activations.
ODD_FUNCTIONS = frozenset({"softsign", "hard_tanh", "clip", "erf",
                           *(row.name for row in ELEMENTARY.values() if row.odd)})
COMPLEMENTED = frozenset({"sigmoid", "hardsigmoid"})
TRANSPARENT = frozenset({"affine", "scaled_tanh", "silu"})
Site = tuple[str, int]


def is_odd(name: str) -> bool:
    """True for a call that passes a sign through; its name carries its parameters."""
    return name.partition("(")[0] in ODD_FUNCTIONS


class Normal:
    """The values of one program's variables in normal form.

    ``leaves`` replaces given variables by sums of others, ``sizes`` renames sizes. Where
    ``oriented``, a function with a sign rule gets the argument without a leading minus, so
    that equal values have equal keys; else those of ``flipped`` sites are complemented, which
    is what a search for the signs of parameters tries.
    """

    def __init__(self, program: Program, leaves: Mapping[str, Poly] | None = None,
                 sizes: Mapping[str, str] | None = None, oriented: bool = True,
                 flipped: frozenset[Site] = frozenset()) -> None:
        self.program, self.leaves, self.sizes = program, dict(leaves or {}), dict(sizes or {})
        self.oriented, self.flipped = oriented, flipped
        self.sites: list[Site] = []
        self._known: dict[str, tuple[Poly, frozenset[str]]] = {}
        self._rules: list[set[str]] = [set()]
        self._lhs: list[str] = []

    def value(self, name: str) -> Poly:
        """A variable over its own axes. Raises TooLarge."""
        if name not in self._known:
            self._rules.append(set())
            poly = self._value(self.program[name])
            self._known[name] = poly, frozenset(self._rules.pop())
        self._rules[-1] |= self._known[name][1]
        return self._known[name][0]

    def rules(self, name: str) -> frozenset[str]:
        """The rules that led to a variable's normal form."""
        self.value(name)
        return self._known[name][1]

    def _value(self, variable: Variable) -> Poly:
        if variable.name in self.leaves:
            return self.leaves[variable.name]
        definition = self.program.definition(variable.name)
        if variable.offset is not None:
            placed_at = str(self._sized(variable.offset))
            return leaf_poly(Leaf(placed_at, SELECTOR, variable.axes))
        if definition is None:
            return leaf_poly(leaf_of(self.program, variable.name))
        if indices_in_order(definition.rhs):  # a constant array: equal by its formula alone
            return leaf_poly(Leaf(str(self._sized(definition.rhs)), SELECTOR, variable.axes))
        self._lhs.append(variable.name)
        poly = self._expression(definition.rhs, variable.axes)
        self._lhs.pop()
        return poly

    def _expression(self, node: Expr, axes: Sequence[str]) -> Poly:
        if isinstance(node, SizeSymbol) or node.is_number:
            return constant(self._sized(node))
        if isinstance(node, Symbol):
            own = self.program[node.name].axes
            return placed(self.value(node.name), dict(enumerate(aligned(own, axes))))
        if isinstance(node, Ein):
            return self._contraction(node)
        parts = node.args
        if isinstance(node, Add):
            return plus(self._expression(part, axes) for part in parts)
        if isinstance(node, Mul):
            return self._product([self._expression(part, axes) for part in parts])
        if isinstance(node, Pow) and not isinstance(node, exp):
            return self._power(self._expression(node.base, axes), node.exp)
        if isinstance(node, Piecewise):
            return self._cases(node, axes)
        return self._call(node, axes)

    def _sized(self, node: Expr) -> Expr:
        """A number or a formula of sizes: derived sizes by their value, under the new names."""
        for _ in self.program.sizes:
            node = node.xreplace({SizeSymbol(one.name): one.value for one in self.program.sizes
                                  if one.value is not None})
        evaluated = node if node.is_Atom else node.doit()
        return resized(evaluated, self.sizes)

    def _product(self, parts: Sequence[Poly]) -> Poly:
        result = constant(Integer(1))
        for part in parts:
            if len(part.terms) > 1 and (len(result.terms) > 1 or result.number is None):
                self._rules[-1].add(DISTRIBUTED)
            result = times(result, part)
        return result

    def _contraction(self, ein: Ein) -> Poly:
        if isinstance(ein, Maximum):
            inside = self.value(ein.operands[0].name)
            return single(Call("maximum", (inside,)), ())
        letters = ein.letters
        if any(self.program[one.name].span > self.program[self._lhs[-1]].span
               for one in ein.operands):
            raise TooLarge("a sum over time is not compared")
        places = {letter: place for place, letter in enumerate(letters.output)}
        places |= {letter: -1 - place for place, letter in enumerate(letters.summed)}
        count, result = len(letters.output), constant(Integer(1))
        # Summed letters are own indices until the whole product is there, so that they meet.
        outer = {letter: place if place >= 0 else count - 1 - place
                 for letter, place in places.items()}
        for part, operand in zip(letters.operands, ein.operands, strict=True):
            at = {index: outer[letter] for index, letter in enumerate(part)}
            result = self._product([result, placed(self.value(operand.name), at)])
        return self._summed(result, ein, outer, places)

    def _summed(self, product: Poly, ein: Ein, outer: Mapping[str, int],
                places: Mapping[str, int]) -> Poly:
        """The product summed; a letter that no factor kept counts its axis."""
        axes = {letter: axis for part, one in zip(ein.letters.operands, ein.operands, strict=True)
                for letter, axis in zip(part, self.program[one.name].axes, strict=True)}
        parts = []
        for term in product.terms:
            lone, factor = Poly((term,)), constant(Integer(1))
            for letter in ein.letters.summed:
                if outer[letter] not in own_indices([lone]):
                    factor = times(factor, constant(self._sized(SizeSymbol(axes[letter]))))
            moved = placed(lone, {outer[letter]: place for letter, place in places.items()})
            parts.append(times(moved, factor))
        return plus(parts)

    def _power(self, base: Poly, exponent: Expr) -> Poly:
        if base.number is not None and exponent.is_number:
            return constant(base.number**exponent)
        if not exponent.is_Integer:
            return called(f"power({exponent})", [base])
        one = base if exponent > 0 else self._reciprocal(base)
        return self._product([one] * abs(int(exponent)))

    def _reciprocal(self, base: Poly) -> Poly:
        for first, second in (base.terms, base.terms[::-1]) if len(base.terms) == 2 else ():
            lone = Poly((second,))
            atom = second.factors[0][0] if len(second.factors) == 1 else None
            if Poly((first,)).number == 1 and second.coefficient == 1 and isinstance(atom, Call) \
                    and atom.name == "exp" and own_indices([lone]) == second.factors[0][1]:
                self._rules[-1].add(LOGISTIC)
                inner = placed(atom.arguments[0], dict(enumerate(second.factors[0][1])))
                return self._signed("sigmoid", scaled(inner, Integer(-1)))
        return called("power(-1)", [base])

    def _cases(self, node: Piecewise, axes: Sequence[str]) -> Poly:
        words, parts = [], []
        for formula, condition in node.args:
            parts.append(self._expression(formula, axes))
            if isinstance(condition, Relational):
                words.append(condition.rel_op)
                parts += [self._expression(side, axes) for side in condition.args]
            elif isinstance(condition, BooleanTrue):
                words.append("else")
            else:
                raise TooLarge("a condition is made of several")
        return called(f"cases({' '.join(words)})", parts)

    def _call(self, node: Expr, axes: Sequence[str]) -> Poly:
        if not isinstance(node, Function | exp):
            raise TooLarge(f"{type(node).__name__} has no normal form")
        name = node.func.__name__
        if isinstance(node, Pointwise):
            if name in TRANSPARENT:
                self._rules[-1].add(DEFINED)
                row = node.activation
                known = dict(zip(row.arguments, node.args, strict=True))
                return self._expression(row.definition.xreplace(known), axes)
            numbers = node.args[1:]
            name += f"({', '.join(map(str, numbers))})" if numbers else ""
            return self._signed(name, self._expression(node.args[0], axes))
        parts = [self._expression(part, axes) for part in node.args]
        return self._signed(name, parts[0]) if len(parts) == 1 else called(name, parts)

    def _signed(self, name: str, inside: Poly) -> Poly:
        """A function of one sum, its sign rule applied where it has one."""
        opposite = scaled(inside, Integer(-1))
        if name in COMPLEMENTED or _is_centred(name):
            site = (self._lhs[-1], len(self.sites))
            self.sites.append(site)
            if (inside.negative if self.oriented else site in self.flipped):
                self._rules[-1].add(COMPLEMENT)
                return plus([constant(Integer(1)), scaled(called(name, [opposite]), Integer(-1))])
        if is_odd(name) and self.oriented and inside.negative:
            self._rules[-1].add(ODD)
            return scaled(called(name, [opposite]), Integer(-1))
        return called(name, [inside])


def _is_centred(name: str) -> bool:
    """A hard sigmoid around one half has the sign rule of the sigmoid."""
    start, _, numbers = name.rstrip(")").partition("(")
    return start == "hard_sigmoid" and Rational(numbers.split(", ")[1]) == Rational(1, 2)


def leaf_of(program: Program, name: str) -> Leaf:
    """What is given or remembered, as a leaf; a remembered state under the state's name."""
    variable, delay = program[name], program.delay_of(name)
    if delay is not None:
        return Leaf(delay.state, f"{STATE}{delay.step}", variable.axes)
    if variable.span is Span.CONSTANT and variable.role is not Role.PARAMETER:
        raise TooLarge(f"{quoted(name)} is no input, parameter or state")
    return Leaf(name, variable.role.value, variable.axes)


def leaf_poly(leaf: Leaf) -> Poly:
    """A leaf over its own axes."""
    return single(leaf, tuple(range(len(leaf.axes))))
