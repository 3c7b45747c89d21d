"""Products of several arrays over named axes, two at a time, as products of matrices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from symrnn.runtime.shapes import Array

Pair = tuple[str, Array]  # letters of the axes, and the array


def product(pairs: Sequence[Pair], summed: str, out: str, sizes: Mapping[str, int]) -> Array:
    """The product of all arrays, summed over every axis that does not come out.

    A letter of the ``summed`` that no array has stands for equal entries; so do those of ``out``.
    Two arrays at a time, in the order that takes the fewest operations.
    """
    there = {one for letters, _ in pairs for one in letters}
    kind = pairs[0][1].dtype
    left = [*pairs, *((one, np.ones(sizes[one], kind)) for one in summed if one not in there)]
    spec = ",".join(letters for letters, _ in left) + "->" + out
    _, *order = np.einsum_path(spec, *(array for _, array in left), optimize="optimal")[0]
    for places in order:
        some = [left[place] for place in places]
        left = [one for place, one in enumerate(left) if place not in places]
        while len(some) > 1:
            one, other, *some = some
            kept = {*out}.union(*(letters for letters, _ in (*left, *some)))
            some.insert(0, _of_two(one, other, kept))
        left.append(some[0])
    letters, array = left[0]
    gone = tuple(place for place, one in enumerate(letters) if one not in out)
    letters = "".join(one for one in letters if one in out)
    found = lined_up((letters, array.sum(gone) if gone else array), out)
    return np.broadcast_to(found, [sizes.get(one, found.shape[place])
                                   for place, one in enumerate(out)])


def _of_two(one: Pair, other: Pair, kept: set[str]) -> Pair:
    """Two arrays as one: a product of matrices for each entry of the axes that both keep."""
    (first, left), (second, right) = _reduced(one, other, kept), _reduced(other, one, kept)
    both = [each for each in first if each in second and each in kept]
    inner = [each for each in first if each in second and each not in kept]
    rows, columns = ([each for each in own if each not in (*both, *inner)]
                     for own in (first, second))
    letters = "".join((*both, *rows, *columns))
    if not inner:
        return letters, (lined_up((first, left), letters) * lined_up((second, right), letters))
    sizes = {**dict(zip(first, left.shape, strict=True)), **dict(zip(second, right.shape,
                                                                     strict=True))}

    def matrices(own: str, array: Array, *groups: list[str]) -> Array:
        order = [own.index(each) for each in (*both, *groups[0], *groups[1])]
        return array.transpose(order).reshape(*(sizes[each] for each in both), *(
            int(np.prod([sizes[each] for each in group], dtype=int)) for group in groups))

    made = matrices(first, left, rows, inner) @ matrices(second, right, inner, columns)
    return letters, made.reshape([sizes[each] for each in letters])


def _reduced(one: Pair, other: Pair, kept: set[str]) -> Pair:
    """The first array, summed over what nobody else has."""
    letters, array = one
    gone = tuple(place for place, each in enumerate(letters)
                 if each not in kept and each not in other[0])
    return "".join(each for each in letters if each in kept or each in other[0]), \
        array.sum(gone) if gone else array


def lined_up(pair: Pair, letters: str) -> Array:
    """An array as one of other axes, each of one entry where it has none."""
    own, array = pair
    array = array.transpose([own.index(one) for one in letters if one in own])
    sizes = iter(array.shape)
    return array.reshape([next(sizes) if one in own else 1 for one in letters])
