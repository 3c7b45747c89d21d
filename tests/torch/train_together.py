"""A few steps of training by as many processes as torchrun starts; the losses go to a file."""

import gc
import json
import sys
from pathlib import Path

import torch
import torch.distributed as dist

import symrnn
from symrnn.torch import module
from torch.nn.parallel import DistributedDataParallel


def train(rank: int, world: int) -> list[float]:
    """Each process has its share of the samples; all of them together are one batch."""
    torch.manual_seed(7)
    model = module(symrnn.lstm(peephole=True), n=2, m=3, dtype=torch.float64)
    x, wanted = torch.randn(6, 4, 2).double(), torch.randn(6, 4, 3).double()
    share = slice(rank * 4 // world, (rank + 1) * 4 // world)
    shared = DistributedDataParallel(model) if world > 1 else model
    step, losses = torch.optim.Adam(model.parameters(), lr=0.05), []
    for _ in range(5):
        step.zero_grad()
        loss = ((shared(x[:, share])[0] - wanted[:, share]) ** 2).mean()
        loss.backward()
        step.step()
        total = loss.detach()
        if world > 1:
            dist.all_reduce(total)
        losses.append(float(total) / world)
    return losses


if __name__ == "__main__":
    dist.init_process_group("gloo")
    losses = train(dist.get_rank(), dist.get_world_size())
    if dist.get_rank() == 0:
        Path(sys.argv[1]).write_text(json.dumps(losses), encoding="utf-8")
    gc.collect()    # the model holds the group in a cycle; a group alive at exit aborts
    dist.barrier()
    dist.destroy_process_group()
