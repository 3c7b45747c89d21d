"""The hard programs of the core, through every backend and type."""

import pytest

from symrnn.checking import check_kernel
from tests.cases import CASES, case


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("backend", ["c", "numpy"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_hard_program_computes_what_its_equations_say(
        name: str, backend: str, dtype: str) -> None:
    assert [str(one) for one in check_kernel(case(name), backend, dtype)] == []
