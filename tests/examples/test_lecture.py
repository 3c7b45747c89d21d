"""The notes' worked examples give the notes' numbers, through every kernel."""

import numpy as np
import pytest

from examples.lecture.lecture import (ELMAN_SEQUENCES, KERNELS, MEMORY_OUTPUTS, elman_kernel,
                                      elman_outputs, memory_kernel, memory_outputs)

every_kernel = pytest.mark.parametrize(("backend", "dtype"), KERNELS)


@every_kernel
@pytest.mark.parametrize("sequence", ELMAN_SEQUENCES)
def test_elman_gives_the_numbers_of_the_notes(
        backend: str, dtype: str, sequence: tuple[tuple[int, int], ...]) -> None:
    """Whole numbers below 2**24, so that every type holds them exactly."""
    outputs = elman_outputs(elman_kernel(backend, dtype), sequence)
    assert np.array_equal(outputs, ELMAN_SEQUENCES[sequence])


@every_kernel
def test_the_memory_cell_gives_about_the_numbers_of_the_notes(backend: str, dtype: str) -> None:
    """Gates of sigmoid(-10) = 4.5e-5 let through that share of at most 9, several times."""
    assert np.max(np.abs(memory_outputs(memory_kernel(backend, dtype)) - MEMORY_OUTPUTS)) < 2e-3
