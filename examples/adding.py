"""The adding problem: two of many numbers are marked, and their sum is asked for.

An Elman network forgets the first one, an LSTM does not, and the flow of gradients tells why.
Source: S. Hochreiter and J. Schmidhuber, Long short-term memory, Neural Computation 9 (1997).
"""

# %%
import numpy as np
from support import BLUE, GREY, ORANGE, asked, axes, saved

import symrnn

options = asked(__doc__)
steps, samples, epochs = (20, 256, 3) if options.quick else (60, 4096, 40)

# %% [markdown]
# One number and one mark a step: a mark in the first half, one in the second.

# %%
draw = np.random.default_rng(0)


def problems(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Sequences [T, count, 2], and the sums [count, 1]."""
    numbers, marks = draw.random((steps, count)), np.zeros((steps, count))
    for half in (draw.integers(0, steps // 2, count), draw.integers(steps // 2, steps, count)):
        marks[half, np.arange(count)] = 1
    return np.stack([numbers, marks], -1), (numbers * marks).sum(0)[:, None]


train, held_out = problems(samples), problems(256)
networks = {"Elman": symrnn.elman(), "LSTM": symrnn.readout(symrnn.lstm())}
sizes = {"n": 2, "m": 32, "p": 1}
found = {}
for name, net in networks.items():
    start = symrnn.random_parameters(net, **sizes)
    found[name] = symrnn.fit(net, start, train, rate=0.005, clip=1.0, epochs=epochs, batch=64,
                             validation=held_out, backend=options.backend)
    print(f"{name:5}  mean squared error on new sequences: {found[name].validation[-1]:.4f}")
chance = float(held_out[1].var())
print(f"always the mean: {chance:.4f}")

# %% [markdown]
# How far does the loss reach back? `symrnn.flow` measures, with the weights that training began
# with, how the last step depends on a state some steps before.

# %%
flows = {name: symrnn.flow(net, sizes=sizes, steps=steps - 1,
                           weights=symrnn.random_parameters(net, **sizes))
         for name, net in networks.items()}
figure, (learning, reach) = axes(2)
for name, color in (("Elman", ORANGE), ("LSTM", BLUE)):
    learning.semilogy(range(1, epochs + 1), found[name].validation, color=color, label=name)
    (travel,) = flows[name]
    for state, line in zip(travel.states, ("-", "--"), strict=False):
        reach.plot(travel.lags, travel.norms[state, state], line, color=color,
                   label=f"{name}: {state}")
learning.axhline(chance, color=GREY, linewidth=0.8, linestyle=":", label="always the mean")
learning.set(xlabel="epoch", title="mean squared error on new sequences")
reach.set(xlabel="lag", title="norm of the gradient, power of ten")
for plane in (learning, reach):
    plane.legend(frameon=False)
saved(figure, options.path("adding.png"))
