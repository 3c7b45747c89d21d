"""The quick probe: kernels of a few cells on numbers, then the text of a few generated files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

# Cells that have much in them: scans both ways, heads, matrix states, masks, pieces, delays of
# several steps, sums over units, and who they are run by.
NUMPY = ("lstm_peephole", "heads", "several_steps_back", "masked", "pieces", "look_ahead",
         "numbers_of_a_row", "deep_bidirectional", "square_memory", "elman_gelu")
IN_C = ("lstm_peephole", "heads", "several_steps_back", "pieces", "numbers_of_a_row",
        "deep_bidirectional")
LARGE = ("lstm_peephole", "two_steps_back")  # more units than a tile is wide, and rows than high
UNOPTIMISED = ("-O0", "-ffunction-sections", "-Wl,--gc-sections")
DRIFT = ("elman", "lstm", "gru", "mlstm", "bidirectional_rnn")


def numbers() -> Iterator[str]:
    """What is wrong with the numbers of the symrnn that is imported."""
    from symrnn.runtime.compiler import slightly_optimised

    with slightly_optimised(*UNOPTIMISED):
        for name in NUMPY:
            yield from _small(name, "numpy", "simd")
        for name in IN_C:
            yield from _small(name, "c", "portable")
        for name in IN_C:
            yield from _small(name, "c", "simd")
        for name in LARGE:
            yield from _large(name)


def _small(name: str, backend: str, profile: str) -> Iterator[str]:
    import symrnn
    from symrnn.checking.ladder import RUNGS, climb
    from symrnn.checking.subject import expected
    from symrnn.pipeline import derive
    from tests.cases import case

    program = case(name)
    wanted = expected(derive(program), 1, steps=3)
    if not wanted.comparable:
        yield f"{name}: the equations give nothing that can be compared"
    kernel = symrnn.compile(program, backend, "float64", profile=profile)
    rungs = [one for one in RUNGS if backend == "numpy" or not one.tangents]
    yield from (f"{name}, {kernel.engine}: {one}" for one in climb(kernel, wanted, tuple(rungs)))


def _large(name: str) -> Iterator[str]:
    import symrnn
    from symrnn.checking.ladder import RUNGS, climb
    from symrnn.checking.reference import random_case
    from symrnn.checking.subject import Expected
    from symrnn.pipeline import derive
    from tests.cases import case

    program = case(name)
    one = random_case(derive(program), 1, steps=3, batch=9, smallest=19)
    wanted = Expected(one, random_case(derive(program), 2, steps=3, batch=9, smallest=19))
    for threads in (1, 2):
        kernel = symrnn.compile(program, "c", "float64", threads=threads)
        rungs = tuple(one for one in RUNGS if one.name in ("forward", "backward", "steps"))
        yield from (f"{name} of many units, {threads} threads: {found}"
                    for found in climb(kernel, wanted, rungs))


def drift(root: Path) -> Iterator[str]:
    """The generated files of a few cells that are no longer what the equations give."""
    from symrnn.cells import cell
    from symrnn.pipeline import own_files
    from symrnn.rendering import shared

    texts = {f"{name}/{file}": text for name in DRIFT
             for file, text in own_files(cell(name), name).items()}
    for name, text in {**shared(), **texts}.items():
        if (root / "generated" / name).read_bytes() != text.encode():
            yield f"generated/{name}"
