"""What the model tells, as tables and as a plot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from symrnn.bench.cores.check import THREADS, Compared, Simulated
from symrnn.bench.cores.machine import Machine
from symrnn.bench.report import Row, duration

EXPLAINED = (
    "`symrnn bench --cores --results bench/CORES.md --plot bench/CORES.png` printed this page. "
    "The model knows no cell: a network's schedule tells its loop nests, the shared header of the "
    "fast C how threads divide them, and the first table what the machine does. The second has "
    "kernels of this machine on one thread and two, the least of interleaved rounds, beside the "
    "model, no number of which was fitted to them. The third is a simulation and no measurement: "
    "more of the same cores, each with its caches, memory half as fast as their number, a barrier "
    "that grows as the number of threads. It tells how many times faster than one thread; how many "
    "threads C lets into the team; which part of the time goes into meeting; and in brackets the "
    "speed of threads that share blocks of units alone, and never rows.")
CONSTANTS: Row = ("vectors", "full tiles", "a function", "another operation", "barrier of two",
                  "team of two", "L1", "L2", "L3", "memory", "L3, two cores", "memory, two cores")
COMPARED: Row = ("cell", "what", "sizes", "threads", "measured", "predicted", "ratio")
SIMULATED: Row = ("vectors", "cell", "what", "sizes", "one thread",
                  *(f"{threads} threads" for threads in THREADS[1:]))


def constant_rows(machine: Machine) -> Iterator[Row]:
    """The one row of a machine's constants."""
    yield (f"{machine.vector_bytes} bytes", f"{machine.tiles / 1e9:.1f} GFLOP/s",
           *(duration(one) for one in (machine.call, machine.other, machine.barrier,
                                       machine.region)),
           *(f"{machine.one[place] / 1e9:.1f} GB/s" for place in ("L1", "L2", "L3", "memory")),
           *(f"{machine.every[place] / 1e9:.1f} GB/s" for place in ("L3", "memory")))


def compared_rows(found: Iterable[Compared]) -> Iterator[Row]:
    """A row for each kernel and number of threads."""
    for one in found:
        load = one.workload
        yield (load.cell, load.kind.value, load.sizes, str(load.threads), duration(one.measured),
               duration(one.predicted), f"{one.ratio:.2f}")


def simulated_rows(found: Iterable[Simulated]) -> Iterator[Row]:
    """A row for each workload and width of vectors."""
    for one in found:
        load = one.workload
        yield (f"{one.vector_bytes} bytes", load.cell, load.kind.value, load.sizes,
               duration(one.rows[0].seconds),
               *(_told(one, place) for place in range(1, len(THREADS))))


def _told(one: Simulated, place: int) -> str:
    made = one.rows[place]
    team = "" if made.team == THREADS[place] else f", a team of {made.team}"
    return (f"{one.faster(place):.1f}{team}, {made.meeting / made.seconds:.0%} meeting "
            f"({one.faster(place, blocks=True):.1f})")


def lines(found: Sequence[Simulated]) -> dict[str, dict[str, list[tuple[float, float]]]]:
    """Panels by width of vectors: how many times faster, by workload and by what is shared."""
    panels: dict[str, dict[str, list[tuple[float, float]]]] = {}
    for one in found:
        load = one.workload
        panel = panels.setdefault(f"vectors of {one.vector_bytes} bytes", {})
        name = f"{load.cell} {load.kind.value}, B={load.batch} m={load.m}"
        for blocks in (False, True):
            panel[name + ", blocks alone" * blocks] = [
                (float(threads), one.faster(place, blocks))
                for place, threads in enumerate(THREADS)]
    return panels
