"""Handwritten digits, read row by row by an LSTM.

Each image of scikit-learn's digits is eight rows in time (T = 8, n = 8); after the last one the
readout scores the ten classes. The loss is a symrnn program as well: no gradient is by hand.
"""

# %%
import numpy as np
from support import BLUE, GREEN, ORANGE, RED, asked, axes, needed, saved

import symrnn

with needed("scikit-learn"):
    from sklearn.datasets import load_digits

options = asked(__doc__)
epochs = 3 if options.quick else 20

# %% [markdown]
# Ten lines: the data, a network, parameters to begin with, a run.

# %%
digits = load_digits()
order = np.random.default_rng(0).permutation(len(digits.target))
rows, classes = digits.images[order].transpose(1, 0, 2) / 16, digits.target[order]
train, held_out = (rows[:, 360:], classes[360:]), (rows[:, :360], classes[:360])

net = symrnn.readout(symrnn.lstm())
start = symrnn.random_parameters(net, n=8, m=32, p=10)
fitted = symrnn.fit(net, start, train, loss="softmax_cross_entropy", rate=0.01, epochs=epochs,
                    validation=held_out, clip=1.0, backend=options.backend)
scores = symrnn.compile(net, options.backend).infer(fitted.parameters, held_out[0])[0][-1]
print(f"{len(train[1])} training images, {len(held_out[1])} held out: "
      f"{np.mean(scores.argmax(-1) == held_out[1]):.1%} right")

# %% [markdown]
# The learning curve, and some held-out images with what the network takes them for.

# %%
figure, planes = axes(7, width=11, height=2.4, shares=[3, 1, 1, 1, 1, 1, 1])
curve, *images = planes
curve.semilogy(range(1, epochs + 1), fitted.losses, color=BLUE, label="training")
curve.semilogy(range(1, epochs + 1), fitted.validation, color=ORANGE, label="held out")
curve.set(xlabel="epoch", title="cross-entropy")
curve.legend(frameon=False, fontsize=7)
wrong = np.flatnonzero(scores.argmax(-1) != held_out[1])
chosen = [*wrong[:3], *np.flatnonzero(scores.argmax(-1) == held_out[1])][:6]
for plane, number in zip(images, chosen, strict=True):
    taken, is_one = scores[number].argmax(), held_out[1][number]
    plane.imshow(held_out[0][:, number], cmap="gray_r")
    plane.set_title(f"{taken}" if taken == is_one else f"{taken}, is {is_one}",
                    color=GREEN if taken == is_one else RED)
    plane.axis("off")
saved(figure, options.path("digits.png"))
