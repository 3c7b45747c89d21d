"""The notes' worked examples give the notes' numbers, through every kernel."""

import numpy as np
import pytest

from examples.lecture.lecture import (ELMAN, ELMAN_SEQUENCES, KERNELS, MEMORY, elman_kernel,
                                      memory_kernel, outputs)

every_kernel = pytest.mark.parametrize(("backend", "dtype"), KERNELS)


@every_kernel
@pytest.mark.parametrize("sequence", ELMAN_SEQUENCES)
def test_elman_gives_the_numbers_of_the_notes(
        backend: str, dtype: str, sequence: tuple[tuple[int, int], ...]) -> None:
    """Whole numbers below 2**24, so that every type holds them exactly."""
    found = outputs(elman_kernel(backend, dtype), ELMAN, sequence)
    assert np.array_equal(found, ELMAN_SEQUENCES[sequence])


@every_kernel
def test_the_memory_cell_gives_about_the_numbers_of_the_notes(backend: str, dtype: str) -> None:
    """Gates of sigmoid(-10) = 4.5e-5 let through that share of at most 9, several times."""
    found = outputs(memory_kernel(backend, dtype), MEMORY, MEMORY.inputs)
    assert np.max(np.abs(found - MEMORY.outputs)) < MEMORY.bound


def test_the_notes_have_these_numbers() -> None:
    assert ELMAN_SEQUENCES == {((1, 1), (1, 1), (2, 2)): ((4, 4), (12, 12), (32, 32)),
                               ((2, 2), (1, 1), (1, 1)): ((8, 8), (20, 20), (44, 44))}
    assert MEMORY.inputs == ((3, 1, 0), (4, 1, 0), (2, 0, 0), (1, 0, 1), (3, -1, 0))
    assert np.ravel(MEMORY.outputs).tolist() == [0, 0, 0, 7, 0] and MEMORY.bound <= 2e-3
