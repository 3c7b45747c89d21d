"""Products, reductions and pieces of arrays, by the names of their axes.

===============  ==========================================================================
``W @ x``        the last axis of W meets an axis of x; axes in front that both have go side by
                 side, as heads do: [H, v, k] @ [H, k] is [H, v]
``outer(v, k)``  every pair of entries; the axes in front that both have go side by side
``dot(a, b)``    the sum of products over all axes, or over one
``total(X, k)``  the sum along one axis; ``mean``, ``largest``, ``softmax`` likewise
``piece``        some entries of the last axis; ``concat`` puts vectors one behind the other
===============  ==========================================================================
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, Integer, Piecewise, exp, preorder_traversal

from symrnn.authoring.symbols import LETTERS, Author, Axes, Term, exchanged, plain, unmarked
from symrnn.program import Ein, Maximum, ProgramError, SizeSymbol, add, quoted


def cell_of(*formulas: Expr) -> Author:
    """The cell whose symbols formulas are made of. Raises ProgramError where there are none."""
    for formula in formulas:
        for symbol in preorder_traversal(formula):
            if isinstance(symbol, Term):
                return symbol.cell
    raise ProgramError(f"{', '.join(map(plain, formulas)) or 'what is joined'} has no symbol of a "
                       f"cell in it")


def shape(axes: Axes) -> str:
    """Axes as messages write them: ``[m, n]``."""
    return f"[{', '.join(axes)}]"


@dataclass(frozen=True)
class Spec:
    """A contraction of two arrays by letters, and the axes of what it gives."""

    left: str
    right: str
    output: str
    axes: Axes

    def text(self, transposed: bool = False) -> str:
        """As einsum writes it; the left array as it is stored, where it is read ``transposed``."""
        left = "".join(exchanged(tuple(self.left))) if transposed else self.left
        return f"{left},{self.right}->{self.output}"


def product_spec(left: Axes, right: Axes) -> Spec | None:
    """``left @ right``; None where the last axis of the left has none to meet.

    Axes of equal names in front of both go side by side. Where the last axes of the left are all
    that the right has, the sum runs over all of them: [D, H, v] @ [H, v] is [D].
    """
    if len(left) < 2 or not right:
        return None
    side = in_common(left[:-2], right[:-1])
    if right[side] != left[-1]:
        letters, count = LETTERS[:len(left)], len(right)
        return Spec(letters, letters[-count:], letters[:-count], left[:-count]) \
            if count < len(left) and right == left[-count:] else None
    letters, rest = LETTERS[:len(left)], LETTERS[len(left):len(left) + len(right) - side - 1]
    return Spec(letters, letters[:side] + letters[-1] + rest, letters[:-1] + rest,
                (*left[:-1], *right[side + 1:]))


def in_common(left: Axes, right: Axes) -> int:
    """How many axes stand in front of both."""
    pairs = zip(left, right, strict=False)
    return next((place for place, (one, other) in enumerate(pairs) if one != other),
                min(len(left), len(right)))


def outer(left: Expr, right: Expr) -> Ein:
    """Every product of an entry of one with an entry of the other: [H, v] and [H, k] to [H, v, k].

    Raises ProgramError for a number.
    """
    cell = cell_of(left, right)
    one, other = (cell.named(operand) for operand in (left, right))
    if not (one.axes and other.axes):
        raise ProgramError(f"{cell.name}: an outer product wants two vectors, got "
                           f"{shape(one.axes)} and {shape(other.axes)}")
    side = in_common(one.axes[:-1], other.axes[:-1])
    first = LETTERS[:len(one.axes)]
    second = LETTERS[len(first):len(first) + len(other.axes) - side]
    return cell.contract(f"{first},{first[:side]}{second}->{first}{second}", one, other)


def dot(left: Expr, right: Expr, axis: str = "") -> Ein:
    """The sum of products along one axis, or along all of them. Raises ProgramError."""
    cell = cell_of(left, right)
    one, other = (cell.named(operand) for operand in (left, right))
    if one.axes != other.axes or not one.axes:
        raise ProgramError(f"{cell.name}: a dot product wants the same axes twice, got "
                           f"{shape(one.axes)} and {shape(other.axes)}")
    letters = LETTERS[:len(one.axes)]
    return cell.contract(f"{letters},{letters}->{_rest(cell, one, axis)}", one, other)


def total(array: Expr, axis: str = "") -> Ein:
    """The sum along one axis, or over all entries. Raises ProgramError for an axis it lacks."""
    cell = cell_of(array)
    one = cell.named(array)
    return cell.contract(f"{LETTERS[:len(one.axes)]}->{_rest(cell, one, axis)}", one)


def mean(array: Expr, axis: str = "") -> Expr:
    """The mean along one axis, or over all entries."""
    cell = cell_of(array)
    one = cell.named(array)
    sum_ = total(one, axis)
    for name in (axis,) if axis else one.axes:
        sum_ = sum_ / SizeSymbol(name)
    return sum_


def shift(array: Expr, axis: str = "") -> Term:
    """The largest entry, as a shift that nothing depends on (see :class:`Maximum`)."""
    cell = cell_of(array)
    one = cell.named(array)
    spec = f"{LETTERS[:len(one.axes)]}->{_rest(cell, one, axis)}"
    return cell.part(f"maximum_{one.name}", Maximum(spec, one),
                     f"largest entry of {unmarked(one.name)}")


def largest(array: Expr, axis: str = "") -> Expr:
    """The largest entry; entries that tie share its gradient.

    The maximum alone would have none: it is a shift that the derivation holds constant. So the
    result is the sum of the entries that reach it over their number.
    """
    cell = cell_of(array)
    one = cell.named(array)
    top = shift(one, axis)
    reach, count = (total(Piecewise((value, one >= top), (0, True)), axis)
                    for value in (one, 1))
    return reach / count


def softmax(array: Expr, axis: str = "") -> Expr:
    """Exp of every entry over their sum along an axis; the largest is subtracted first."""
    cell = cell_of(array)
    one = cell.named(array)
    told = f"exponentials of {unmarked(one.name)}, the largest of which is 1"
    powers = cell.part(f"exp_{one.name}", exp(one - shift(one, axis)), told)
    return powers / cell.part(f"sum_{one.name}", total(powers, axis),
                              f"sum of the exponentials of {unmarked(one.name)}")


def piece(array: Expr, first: Expr | int, axis: str) -> Ein:
    """As many entries of the last axis as ``axis`` has, from entry ``first`` on, counted from 0.

    ``first`` is a number or made of sizes. Raises ProgramError for another, and for a number in
    place of an array.
    """
    cell = cell_of(array)
    one = cell.named(array)
    if not one.axes:
        raise ProgramError(f"{cell.name}: a number has no entries to take")
    start = Integer(first) if isinstance(first, int) else first
    if not isinstance(start, Expr) or not all(
            isinstance(symbol, SizeSymbol) for symbol in start.free_symbols):
        raise ProgramError(f"{cell.name}: the first entry to take is a whole number or made of "
                           f"sizes, such as cell.length('n'), not {plain(first)}")
    letters = LETTERS[:len(one.axes)]
    selector = cell.selector((one.axes[-1], axis), start)
    new = LETTERS[len(letters)]
    return cell.contract(f"{letters[-1]}{new},{letters}->{letters[:-1]}{new}", selector, one)


def concat(axis: str, *arrays: Expr) -> Expr:
    """Arrays one behind the other along their last axes, which becomes ``axis``.

    Raises ProgramError where the sizes do not add up to that of ``axis``, or other axes differ.
    """
    cell = cell_of(*arrays)
    parts = [cell.named(one) for one in arrays]
    if not parts or not all(one.axes for one in parts) \
            or len({one.axes[:-1] for one in parts}) > 1:
        raise ProgramError(f"{cell.name}: what is joined has the same axes but for the last, got "
                           f"{', '.join(shape(one.axes) for one in parts)}")
    widths = [SizeSymbol(one.axes[-1]) for one in parts]
    whole = cell.size_value(axis)
    if cell.size_value(*(one.axes[-1] for one in parts)) != whole:
        sum_ = " + ".join(one.name for one in widths)
        raise ProgramError(f"{cell.name}: '{axis}' is as long as what is joined; declare it: "
                           f"size {axis} = {sum_}")
    letters = LETTERS[:len(parts[0].axes)]
    new = LETTERS[len(letters)]
    return add([cell.contract(
        f"{new}{letters[-1]},{letters}->{letters[:-1]}{new}",
        cell.selector((axis, one.axes[-1]), sum(widths[:place], Integer(0))), one)
        for place, one in enumerate(parts)])


def _rest(cell: Author, array: Term, axis: str) -> str:
    """The letters that are left when one axis is summed over; none where all are."""
    letters = LETTERS[:len(array.axes)]
    if not axis:
        if not array.axes:
            raise ProgramError(f"{cell.name}: {plain(array.name)} is a number; there is no axis to "
                               f"sum over")
        return ""
    if array.axes.count(axis) != 1:
        why = "has it twice; call one of them otherwise, 'size e = m'" if axis in array.axes \
            else f"has {shape(array.axes)}"
        raise ProgramError(f"{cell.name}: there is no one axis {quoted(axis)} to sum over: "
                           f"{cell.told(array.name)} {why}")
    return letters.replace(letters[array.axes.index(axis)], "")

