"""The digits: a real training run through the generated kernels."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from examples.digits import train
from examples.digits.train import Digits, Trainer, digits, save_curve


def losses(backend: str, dtype: str, steps: int) -> list[float]:
    """The losses of the first steps."""
    images, _ = digits()
    trainer = Trainer(backend, dtype)
    batches = images.batches(np.random.default_rng(1))
    return [trainer.step(next(batches), 0.1) for _ in range(steps)]


def test_training_through_c_recognises_held_out_digits(
        tmp_path: pytest.TempPathFactory) -> None:
    images, held_out = digits()
    trainer = Trainer("c", "float32")
    reached = trainer.train(images, held_out)
    assert reached[-1] >= 0.95
    assert np.mean(trainer.losses[-45:]) < np.mean(trainer.losses[:45]) / 10
    save_curve(trainer.losses, reached, tmp_path / "curve.png")  # type: ignore[operator]


def test_held_out_images_are_not_trained_on() -> None:
    images, held_out = digits()
    seen = {image.tobytes() for image in np.ascontiguousarray(images.x.transpose(1, 0, 2))}
    assert images.x.shape[1] == 1437 and held_out.x.shape[1] == 360
    assert not any(image.tobytes() in seen
                   for image in np.ascontiguousarray(held_out.x.transpose(1, 0, 2)))


def test_c_and_numpy_follow_the_same_losses() -> None:
    """In float64 thirty steps of descent magnify rounding by less than a million."""
    c, numpy = (losses(backend, "float64", 30) for backend in ("c", "numpy"))
    np.testing.assert_allclose(c, numpy, rtol=1e-9)


def test_the_derived_gradient_of_the_loss_is_softmax_minus_target() -> None:
    trainer = Trainer("c", "float64")
    a, target = np.random.default_rng(0).normal(0, 30, (1, 4, 10)), np.eye(10)[None, :4]
    scored = trainer.loss.forward({}, {"a": a, "target": target})
    softmax = np.exp(a - a.max(-1, keepdims=True))
    softmax /= softmax.sum(-1, keepdims=True)
    gradient = trainer.loss.backward(scored, np.ones((1, 4)))["a"]
    np.testing.assert_allclose(gradient, softmax - target, rtol=0, atol=1e-15)


def test_batches_hold_every_image_once() -> None:
    images, _ = digits()
    parts: list[Digits] = list(images.batches(np.random.default_rng(0)))
    assert sum(part.x.shape[1] for part in parts) == images.x.shape[1]


def few(self: Trainer, *images: Digits) -> list[float]:
    """One step in the place of thirty epochs."""
    self.step(next(images[0].batches(np.random.default_rng(0))), 0.1)
    return [0.5]


def test_a_plain_run_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tracked = Path(train.__file__).with_name("learning_curve.png")
    before = tracked.stat().st_mtime_ns, tracked.read_bytes()
    monkeypatch.setattr(Trainer, "train", few)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["train.py"])
    train.main()
    assert not list(tmp_path.iterdir())
    assert (tracked.stat().st_mtime_ns, tracked.read_bytes()) == before
    monkeypatch.setattr("sys.argv", ["train.py", "--plot", "curve.png"])
    train.main()
    assert (tmp_path / "curve.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(("module", "package", "arguments"), [
    ("sklearn", "scikit-learn", ()), ("matplotlib", "matplotlib", ("--plot", "curve.png"))])
def test_a_missing_package_is_one_sentence(
        module: str, package: str, arguments: tuple[str, ...]) -> None:
    lacking = ("import runpy, sys\n"
               f"sys.modules['{module}'] = None\n"
               "sys.argv = sys.argv[1:]\n"
               "runpy.run_path(sys.argv[0], run_name='__main__')\n")
    found = subprocess.run([sys.executable, "-c", lacking, train.__file__, *arguments], text=True,
                           capture_output=True, check=False)
    assert found.returncode == 1
    assert found.stderr == (f"this example needs {package}, which is not installed; pip install "
                            f"\"symrnn[examples]\"\n")


def test_a_picture_into_no_folder_is_refused_before_training() -> None:
    found = subprocess.run([sys.executable, train.__file__, "--plot", "/none/curve.png"],
                           text=True, capture_output=True, check=False)
    assert found.returncode == 2 and "/none is no folder" in found.stderr
