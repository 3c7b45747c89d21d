"""A peephole LSTM in PyTorch's own training loop: it learns to add two marked numbers."""

import symrnn
import torch
from symrnn.torch import module

torch.manual_seed(0)
memory, readout = module(symrnn.lstm(peephole=True), n=2, m=32), torch.nn.Linear(32, 1)
steps = torch.optim.Adam([*memory.parameters(), *readout.parameters()], lr=0.01)
for round in range(300):
    numbers, marks = torch.rand(20, 64), torch.rand(20, 64).argsort(0) < 2
    y, final = memory(torch.stack([numbers, marks.float()], -1))
    loss = ((readout(final["h"])[:, 0] - (numbers * marks).sum(0)) ** 2).mean()
    steps.zero_grad()
    loss.backward()
    steps.step()
    if round % 50 == 49:
        print(f"round {round + 1}: mean squared error {loss.item():.4f}")
