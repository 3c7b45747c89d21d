"""Threads of a team take turns: from barrier to barrier, one after the other.

Threads that run as they like meet what a missing barrier lets happen once in a million runs. Here
the first one is as far ahead as barriers let it be, so what it reads too early is always wrong.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest

import symrnn
from symrnn.kernels import compile
from symrnn.rendering import shared
from symrnn.runtime.simd_engine import SimdEngine

HEADER = "symrnn_simd.h"
USUAL = """#else
#define TEAM(function, ...) (void)team, function(__VA_ARGS__, 0, 1);
#define BARRIER
#endif
"""
IN_TURNS = USUAL + """
#ifdef _OPENMP
#include <pthread.h>
#undef TEAM
#undef BARRIER
static pthread_mutex_t baton = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t passed = PTHREAD_COND_INITIALIZER;
static size_t turn, all_came, all_met;

static void await_turn(size_t place)
{
    pthread_mutex_lock(&baton);
    while (turn != place)
        pthread_cond_wait(&passed, &baton);
    pthread_mutex_unlock(&baton);
}

static void next_turn(size_t place, size_t threads)
{
    pthread_mutex_lock(&baton);
    turn = (place + 1) % threads;
    pthread_cond_broadcast(&passed);
    pthread_mutex_unlock(&baton);
}

static void let_others(size_t place, size_t threads)
{
    next_turn(place, threads), await_turn(place);
}

static void meet_all(size_t place, size_t threads)
{
    const size_t before = all_met;
    if (++all_came == threads)
        all_came = 0, ++all_met;
    do
        let_others(place, threads);
    while (all_met == before);
}
#ifdef LAST_FIRST
#define PLACE(thread, threads) ((threads) - 1 - (thread))
#else
#define PLACE(thread, threads) ((void)(threads), (thread))
#endif
#define TEAM(function, ...)                                                                      \\
    turn = all_came = 0;                                                                         \\
    _Pragma("omp parallel num_threads((int)team)")                                               \\
    {                                                                                            \\
        const size_t own = (size_t)omp_get_thread_num(), all = (size_t)omp_get_num_threads();    \\
        await_turn(PLACE(own, all));                                                             \\
        function(__VA_ARGS__, own, all);                                                         \\
        next_turn(PLACE(own, all), all);                                                         \\
    }
#define BARRIER if (threads > 1) meet_all(PLACE(thread, threads), threads);
#define MEET_IN_TURNS(part)                                                                      \\
    {                                                                                            \\
        const unsigned before = arrive((part).at, (part).threads);                               \\
        do                                                                                       \\
            let_others(PLACE(thread, threads), threads);                                         \\
        while (!has_met((part).at, before));                                                     \\
    }
#define AWAIT_IN_TURNS(part, steps)                                                              \\
    while (!are_done((part).at - 1, steps))                                                      \\
        let_others(PLACE(thread, threads), threads)
#endif
"""
IN_TURN = {"wait_for_part((part).at, (part).threads);": "MEET_IN_TURNS(part)",
           "wait_for_steps((part).at - 1, steps)": "AWAIT_IN_TURNS(part, steps)"}
NETS = {
    "peepholes": symrnn.lstm(peephole=True), "two_ways": symrnn.bidirectional(symrnn.gru()),
    "two_ways_normalised": symrnn.bidirectional(symrnn.cell("lstm_layer_norm")),
    "normalised": symrnn.cell("lstm_layer_norm"), "matrix_memory": symrnn.cell("mlstm"),
    "computed_once": symrnn.cell("fastgrnn"), "units_apart": symrnn.cell("qrnn"),
    "layers": symrnn.deep(symrnn.lstm(), layers=2), "layer_by_layer": symrnn.cell("deep_rnn"),
}
WITH_SIDES = ("two_ways", "layers", "layer_by_layer")


class InTurns(SimdEngine):
    """As many threads as asked for, however little there is to do, one at a time."""

    first = "FIRST_FIRST"
    parting: tuple[str, ...] = ()

    @property
    def defines(self) -> tuple[str, ...]:
        return (*super().defines, "SHARE_OF_LOOP=1", "SHARE_OF_STEP=1", self.first, *self.parting)

    def files(self, part: str) -> dict[str, str]:
        header = shared()[HEADER]
        for usual, in_turn in {USUAL: IN_TURNS, **IN_TURN}.items():
            assert header.count(usual) == 1
            header = header.replace(usual, in_turn)
        return super().files(part) | {HEADER: header}


class LastFirst(InTurns):
    """The same, and the last thread is ahead of the others."""

    first = "LAST_FIRST"


def results(kernel: symrnn.Kernel, units: int, batch: int, steps: int) -> dict[str, Any]:
    """Everything that a kernel computes, of numbers by chance."""
    random = np.random.default_rng(units)
    lengths = {axis: {"n": 5, "D": 5, "p": 3}.get(axis, units) for one in kernel.parameters.values()
               for axis in one.axes}
    params = {name: random.normal(size=[lengths[axis] for axis in one.axes]) / np.sqrt(units)
              for name, one in kernel.parameters.items()}
    x = random.normal(size=(steps, batch, 5))
    run = kernel.forward(params, x)
    inferred, final = kernel.infer(params, x)
    return {"y": run.y, "inferred": inferred, **run.final,
            **{f"{name} inferred": one for name, one in final.items()},
            **kernel.backward(run, np.cos(run.y))}


class PartsInTurns(InTurns):
    """The same, and a team parts wherever there are sides."""

    parting = ("SHARE_OF_MEETING=((size_t)1<<40)",)


class LastPartFirst(PartsInTurns):
    """Both."""

    first = "LAST_FIRST"


@pytest.mark.parametrize(("name", "engine"), [
    *product(NETS, (InTurns, LastFirst)), *product(WITH_SIDES, (PartsInTurns, LastPartFirst))])
def test_whoever_is_ahead_computes_the_same_bits(
        name: str, engine: type[InTurns], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("symrnn.runtime.simd_engine.SimdEngine", engine)
    *teams, alone = (compile(NETS[name], threads=count) for count in (2, 3, 1))
    for lengths in ((20, 13, 3), (4, 2, 20), (4, 0, 2)):
        # Teams come first: memory that one thread has just left would hold what is right.
        *found, wanted = (results(kernel, *lengths) for kernel in (*teams, alone))
        for key, array in wanted.items():
            assert all(np.array_equal(one[key], array) for one in found), (lengths, key)
