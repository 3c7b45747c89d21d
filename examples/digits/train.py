"""Handwritten digits, read row by row by an LSTM that trains through its generated kernel.

Each image of scikit-learn's digits is eight rows in time (T = 8, n = 8); the last output of
an LSTM with a readout scores the ten classes. The loss is a symrnn program as well, so that
no gradient in this file is written by hand. ``python examples/digits/train.py`` trains and tests
on held-out images; ``--plot FILE`` draws the learning curve too.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

import symrnn

HIDDEN, CLASSES, BATCH, EPOCHS, RATE, MOMENTUM, HELD_OUT = 32, 10, 32, 30, 0.1, 0.9, 360


@dataclass(frozen=True)
class Digits:
    """Rows in time ``x`` [8, images, 8] from 0 to 1, and one-hot ``target`` [images, 10]."""

    x: np.ndarray
    target: np.ndarray

    def batches(self, random: np.random.Generator) -> Iterator[Digits]:
        """All images once, in a random order, in batches."""
        order = random.permutation(self.x.shape[1])
        for start in range(0, len(order), BATCH):
            chosen = order[start:start + BATCH]
            yield Digits(self.x[:, chosen], self.target[chosen])


@contextmanager
def needed(package: str) -> Iterator[None]:
    """End with one sentence where a package is missing."""
    try:
        yield
    except ImportError:
        raise SystemExit(f"this example needs {package}, which is not installed; "
                         f"pip install \"symrnn[examples]\"") from None


def digits() -> tuple[Digits, Digits]:
    """Training images and 360 held-out ones, drawn once at random."""
    with needed("scikit-learn"):
        from sklearn.datasets import load_digits

    data = load_digits()
    order = np.random.default_rng(0).permutation(len(data.target))
    x = data.images[order].transpose(1, 0, 2) / 16.0
    target = np.eye(CLASSES)[data.target[order]]
    return (Digits(x[:, HELD_OUT:], target[HELD_OUT:]),
            Digits(x[:, :HELD_OUT], target[:HELD_OUT]))


@dataclass
class Trainer:
    """A network and a loss as kernels, the parameters, and gradient descent with momentum."""

    backend: str = "c"
    dtype: str = "float32"
    seed: int = 0
    losses: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        net = symrnn.readout(symrnn.lstm())
        self.network = symrnn.compile(net, self.backend, self.dtype)
        self.loss = symrnn.compile(symrnn.softmax_cross_entropy(), self.backend, self.dtype)
        sizes = {"n": 8, "m": HIDDEN, "p": CLASSES}
        random = np.random.default_rng(self.seed)
        self.params = {name: self._start(random, [sizes[axis] for axis in one.axes])
                       for name, one in self.network.parameters.items()}
        self.speed = {name: np.zeros_like(value) for name, value in self.params.items()}

    @staticmethod
    def _start(random: np.random.Generator, shape: list[int]) -> np.ndarray:
        """Weights uniform within one over the root of their inputs, biases zero."""
        bound = shape[1] ** -0.5 if len(shape) == 2 else 0.0
        return random.uniform(-bound, bound, shape)

    def step(self, batch: Digits, rate: float) -> float:
        """One step of gradient descent; returns the mean loss of the batch before it."""
        count = batch.x.shape[1]
        run = self.network.forward(self.params, batch.x)
        scored = self.loss.forward({}, {"a": run.y[-1:], "target": batch.target[None]})
        by_score = self.loss.backward(scored, np.full((1, count), 1 / count))["a"]
        y_bar = np.concatenate([np.zeros_like(run.y[:-1]), by_score])
        gradients = self.network.backward(run, y_bar)
        for name, value in self.params.items():
            self.speed[name] = MOMENTUM * self.speed[name] - rate * gradients[name]
            self.params[name] = value + self.speed[name]
        self.losses.append(float(np.mean(scored.y)))
        return self.losses[-1]

    def accuracy(self, images: Digits) -> float:
        """The share of images whose highest score is that of their class."""
        scores = self.network.forward(self.params, images.x).y[-1]
        return float(np.mean(scores.argmax(-1) == images.target.argmax(-1)))

    def train(self, images: Digits, held_out: Digits, epochs: int = EPOCHS) -> list[float]:
        """Train with a rate that falls linearly to zero; held-out accuracy after each epoch."""
        random, reached = np.random.default_rng(self.seed + 1), []
        for epoch in range(epochs):
            for batch in images.batches(random):
                self.step(batch, RATE * (1 - epoch / epochs))
            reached.append(self.accuracy(held_out))
            print(f"epoch {epoch + 1:2d}  loss {np.mean(self.losses[-45:]):.4f}  "
                  f"held-out accuracy {reached[-1]:.1%}")
        return reached


def save_curve(losses: list[float], reached: list[float], path: Path) -> None:
    """The learning curve as a picture."""
    from matplotlib.figure import Figure

    per_epoch = np.array_split(np.array(losses), len(reached))
    epochs = np.arange(1, len(reached) + 1)
    figure = Figure(figsize=(9, 3.4), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.semilogy(epochs, [np.mean(part) for part in per_epoch], color="#1f4e79")
    left.set(xlabel="epoch", ylabel="cross-entropy", title="training loss")
    right.plot(epochs, [100 * value for value in reached], color="#b3541e")
    right.axhline(95, color="grey", linewidth=0.8, linestyle="--")
    right.set(xlabel="epoch", ylabel="%", title="accuracy on held-out digits", ylim=(0, 100))
    for axes in (left, right):
        axes.grid(alpha=0.25)
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=110, metadata={"Software": None})


def main() -> None:
    """Train through the C kernel and report; save the curve where that is asked for."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw the learning curve here")
    curve: Path | None = parser.parse_args().plot
    if curve:
        if not curve.parent.is_dir():
            parser.error(f"{curve.parent} is no folder, so {curve.name} cannot be saved there")
        with needed("matplotlib"):
            import matplotlib.figure  # noqa: F401  # before minutes of training, not behind them
    images, held_out = digits()
    trainer = Trainer()
    reached = trainer.train(images, held_out)
    if curve:
        save_curve(trainer.losses, reached, curve)
    print(f"{images.x.shape[1]} training images, {held_out.x.shape[1]} held out: "
          f"{reached[-1]:.1%} right")


if __name__ == "__main__":
    main()
