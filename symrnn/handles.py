"""Networks by a handle: a text that another library's graph can carry, the same everywhere."""

from __future__ import annotations

from functools import cache, lru_cache
from hashlib import sha256
from io import BytesIO
from pickle import Pickler

from symrnn.kernels import compile
from symrnn.program import Program, ProgramError, quoted, verify
from symrnn.runtime.flat import Flat, Order
from symrnn.transforms import masked

MASKED = "/masked"  # behind the handle of a network: its form that takes a mask
NETWORKS: dict[str, Program] = {}


@lru_cache(maxsize=256)
def handle(program: Program) -> str:
    """The handle of a network, which is known by it from now on. Raises ProgramError."""
    made = f"{verify(program).name}-{_digest(program)}"
    NETWORKS[made] = program
    return made


def _digest(program: Program) -> str:
    """Equal for equal programs alone; without a memo, a pickle is the same for all of them."""
    into = BytesIO()
    pickler = Pickler(into, protocol=4)
    pickler.fast = True
    pickler.dump(program)
    return sha256(into.getvalue()).hexdigest()[:16]


@cache
def network(known: str) -> Program:
    """The network of a handle. Raises ProgramError where this process did not make one."""
    if known.endswith(MASKED):
        program = network(known.removesuffix(MASKED))
        return program if program.step_mask else masked(program)
    if known not in NETWORKS:
        raise ProgramError(f"the network {quoted(known)} is not known in this process; make its "
                           f"module or its kernel once, before the graph runs")
    return NETWORKS[known]


@cache
def order(known: str) -> Order:
    """The order of what goes in and comes out."""
    return Order(network(known))


@cache
def flat(known: str, dtype: str, threads: int) -> Flat:
    """The kernel of a handle, compiled when it is first asked for."""
    return Flat(compile(network(known), dtype=dtype, threads=threads))
