"""How fast modules of symrnn.torch train, beside nn.LSTM and beside a loop in PyTorch.

One process, rounds interleaved, medians of the rounds' ratios: ``python bench/torch_module.py``,
with ``--rounds 15`` more of them, and ``--threads 2`` on two cores. In a round each makes the steps
that fill 20 ms, one behind the other as training does, by the rules of ``symrnn bench``.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from operator import truediv
from statistics import median

import torch

import symrnn
from symrnn.bench.timing import Rules, race
from symrnn.torch import function, module

STEPS, SAMPLES = 100, 32


def raced(name: str, ours: Callable[[], float], theirs: Callable[[], float], rules: Rules) -> None:
    """Print both medians, the median ratio, and how far the losses are apart."""
    apart = abs(ours() - theirs()) / abs(theirs())
    times = race({"symrnn": ours, "torch": theirs}, rules)
    mine, other = (1e3 * median(times[one]) for one in ("symrnn", "torch"))
    ratio = median(map(truediv, times["torch"], times["symrnn"]))
    print(f"{name}: symrnn {mine:.2f} ms, torch {other:.2f} ms, ratio {ratio:.2f}, "
          f"losses differ by {apart:.1e}", flush=True)


def step_of(run: Callable[[torch.Tensor], torch.Tensor], weights: list[torch.nn.Parameter],
            x: torch.Tensor, wanted: torch.Tensor) -> Callable[[], float]:
    """Forward, loss and backward."""
    def step() -> float:
        for one in weights:
            one.grad = None
        loss = ((run(x) - wanted) ** 2).mean()
        loss.backward()
        return loss.item()
    return step


def against_a_loop(rules: Rules, m: int = 32) -> None:
    """A peephole LSTM, which torch has not."""
    network = symrnn.lstm(peephole=True)
    ours, loop = module(network, n=m, m=m), function(network)
    x, wanted = torch.randn(STEPS, SAMPLES, m), torch.randn(STEPS, SAMPLES, m)
    weights = dict(ours.named_parameters())
    raced(f"peephole LSTM, m = {m}", step_of(lambda x: ours(x)[0], list(weights.values()), x,
                                             wanted),
          step_of(lambda x: loop(weights, x)[0], list(weights.values()), x, wanted), rules)


def against_torch(rules: Rules, m: int) -> None:
    """nn.LSTM's own shapes."""
    theirs, ours = torch.nn.LSTM(m, m), module(symrnn.lstm(), n=m, m=m)
    ours.load_state_dict(theirs.state_dict())
    x, wanted = torch.randn(STEPS, SAMPLES, m), torch.randn(STEPS, SAMPLES, m)
    mine, other = (step_of(lambda x, one=one: one(x)[0], list(one.parameters()), x, wanted)
                   for one in (ours, theirs))
    raced(f"nn.LSTM, m = {m}", mine, other, rules)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, default=1)
    chosen = parser.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(chosen.threads)
    rules = Rules(rounds=chosen.rounds, budget=600).on(chosen.threads)
    against_a_loop(rules)
    for m in (16, 32, 64, 128, 256, 512):
        against_torch(rules, m)
