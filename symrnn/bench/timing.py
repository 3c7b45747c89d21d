"""Interleaved rounds: each contender in turn, a pause before each."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import zip_longest
from operator import truediv
from random import Random
from statistics import median


@dataclass(frozen=True)
class Rules:
    """How a race is run.

    A sample repeats a fast call until ``sample`` seconds are full. ``pause`` lets the spinning
    threads of the contender before come to rest, and ``warm`` calls before a sample wake those
    of its own. A contender that has used ``budget`` seconds leaves, once it has ``fewest``
    samples.
    """

    rounds: int = 25
    sample: float = 0.02
    pause: float = 0.02
    budget: float = 6.0
    fewest: int = 2
    warm: int = 0

    def on(self, threads: int) -> Rules:
        """With several threads the pause is longer: OpenMP's and Eigen's spin for a while.

        Then they sleep, and a system may wake them late or on the processor of the caller.
        """
        return self if threads == 1 else replace(self, pause=10 * self.pause, warm=1)


QUICK = Rules(rounds=1, sample=0.0, pause=0.0, fewest=1)


def race(calls: Mapping[str, Callable[[], object]], rules: Rules) -> dict[str, list[float]]:
    """The seconds of one call of each contender, in each round that it was in."""
    repeats = {name: _repeats(call, rules) for name, call in calls.items()}
    samples: dict[str, list[float]] = {name: [] for name in calls}
    used = dict.fromkeys(calls, 0.0)
    for number in range(rules.rounds):
        for name in Random(number).sample(list(calls), len(calls)):  # nobody always follows another
            if used[name] > rules.budget and len(samples[name]) >= rules.fewest:
                continue
            time.sleep(rules.pause)
            samples[name].append(_sample(calls[name], repeats[name], rules))
            used[name] += samples[name][-1] * repeats[name]
    return samples


def at_one_pace(samples: Mapping[str, list[float]]) -> dict[str, list[float]]:
    """The same where every round had the pace of a middling one.

    A round's pace is the median, over all that ran in it, of the time over one's own median. It
    takes out that a machine is slower for some rounds, and leaves what differs within a round.
    """
    usual = {name: median(found) for name, found in samples.items()}
    over = ([one / usual[name] for one in found] for name, found in samples.items())
    paces = [median(one for one in some if one is not None) for some in zip_longest(*over)]
    return {name: list(map(truediv, found, paces)) for name, found in samples.items()}


def seconds(call: Callable[[], object], repeats: int) -> float:
    """The seconds of one call, from some in a row."""
    laps = range(repeats)
    started = time.perf_counter()
    for _ in laps:
        call()
    return (time.perf_counter() - started) / repeats


def _sample(call: Callable[[], object], repeats: int, rules: Rules) -> float:
    cold = 1 + repeats // 10 if repeats > 1 else rules.warm  # the pause has cooled the caches
    for _ in range(cold):
        call()
    return seconds(call, repeats)


def _repeats(call: Callable[[], object], rules: Rules) -> int:
    """Calls that fill a sample; also the warm-up."""
    repeats = 1
    while True:
        took = seconds(call, repeats) * repeats
        if took >= rules.sample / 4:
            return max(1, round(repeats * rules.sample / max(took, 1e-9)))
        repeats *= 4
