"""A cell invented in ten lines, trained, with its page.

`surprise.cell` keeps a slow average of what it sees, and a gated memory of what differs from it.
Gradients, C and the page follow from its equations.
"""

# %%
import subprocess
import sys
from pathlib import Path

import numpy as np
from support import BLUE, GREY, ORANGE, asked, axes, saved

import symrnn

options = asked(__doc__)
epochs, samples = (2, 128) if options.quick else (30, 1024)
file = Path(__file__).with_name("surprise.cell")

# %% [markdown]
# The whole invention, and how symrnn reads it.

# %%
print(file.read_text(encoding="utf-8"))
net = symrnn.readout(symrnn.cell(str(file)))
print(symrnn.show(net))

# %% [markdown]
# Its task: a noisy level jumps now and then; how long ago was the last jump? The clock restarts.

# %%
draw = np.random.default_rng(0)


def levels(count: int, steps: int = 40) -> tuple[np.ndarray, np.ndarray]:
    """Noisy levels [T, count, 1], and the time since the last jump over ten [T, count, 1]."""
    jumps = draw.random((steps, count)) < 0.08
    level = np.cumsum(jumps * draw.normal(0, 2, (steps, count)), 0)
    since, clock = np.zeros((steps, count)), np.zeros(count)
    for step in range(steps):
        clock = np.where(jumps[step], 0, clock + 1)
        since[step] = np.minimum(clock, 10) / 10
    return (level + draw.normal(0, 0.1, (steps, count)))[..., None], since[..., None]


train, held_out = levels(samples), levels(128)
start = symrnn.random_parameters(net, n=1, m=16, p=1)
fitted = symrnn.fit(net, start, train, rate=0.01, clip=1.0, epochs=epochs, validation=held_out,
                    backend=options.backend)
print(fitted)
print(f"always the mean: {held_out[1].var():.4f}")

# %% [markdown]
# Its page: equations, derivation, code and numbers, as every cell of symrnn has one.

# %%
if not options.quick:
    subprocess.run([sys.executable, "-m", "symrnn", "docs", str(file), "--lang", "en", "--output",
                    str(options.path("surprise"))], check=True)

# %%
figure, (learning, one) = axes(2)
learning.semilogy(range(1, epochs + 1), fitted.losses, color=BLUE, label="training")
learning.semilogy(range(1, epochs + 1), fitted.validation, color=ORANGE, label="held out")
learning.set(xlabel="epoch", title="mean squared error")
y, _ = symrnn.compile(net, options.backend).infer(fitted.parameters, held_out[0][:, :1])
one.plot(held_out[0][:, 0, 0], color=GREY, linewidth=0.8, label="level")
one.plot(held_out[1][:, 0, 0], color=ORANGE, label="time since a jump, over ten")
one.plot(y[:, 0, 0], color=BLUE, label="what the cell says")
one.set(xlabel="step")
for plane in (learning, one):
    plane.legend(frameon=False, fontsize=8)
saved(figure, options.path("invented.png"))
