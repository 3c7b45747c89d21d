"""A peephole LSTM in PyTorch's own training loop: it learns to add two marked numbers."""

import argparse

import symrnn
import torch
from symrnn.torch import module

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--rounds", type=int, default=300, help="updates; 300 unless told")
parser.add_argument("--steps", type=int, default=20, help="numbers in a sequence; 20 unless told")
parser.add_argument("--units", type=int, default=32, help="of the hidden layer; 32 unless told")
options = parser.parse_args()
if min(options.rounds, options.steps - 1, options.units) < 1:
    parser.error("rounds and units are from 1 on, steps from 2 on, since two numbers are marked")

torch.manual_seed(0)
memory, readout = module(symrnn.lstm(peephole=True), n=2, m=options.units), torch.nn.Linear(
    options.units, 1)
steps = torch.optim.Adam([*memory.parameters(), *readout.parameters()], lr=0.01)
for round in range(options.rounds):
    numbers, marks = torch.rand(options.steps, 64), torch.rand(options.steps, 64).argsort(0) < 2
    y, final = memory(torch.stack([numbers, marks.float()], -1))
    loss = ((readout(final["h"])[:, 0] - (numbers * marks).sum(0)) ** 2).mean()
    steps.zero_grad()
    loss.backward()
    steps.step()
    if round % 50 == 49 or round == options.rounds - 1:
        print(f"round {round + 1}: mean squared error {loss.item():.4f}")
