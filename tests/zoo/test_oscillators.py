"""Oscillating networks, each against a loop that was written from its paper."""

from __future__ import annotations

from typing import Any

import numpy as np

from symrnn.cells import cell
from tests.zoo.against import Values, compare


def test_unicornn() -> None:
    """Rusch and Mishra, arXiv 2103.05487: symplectic Euler, one time scale for each unit."""

    def loop(w: Values, inputs: Values, initial: Values) -> dict[str, Any]:
        y, z = initial["y"], initial["z"]
        positions, velocities = [], []
        for u in inputs["u"]:
            step = w["dt"] * (0.5 + 0.5 * np.tanh(w["c"] / 2))
            force = np.tanh(w["w"] * y + w["V"] @ u + w["b"])
            z = z - step * (force + w["alpha"] * y)
            y = y + step * z
            positions.append(y)
            velocities.append(z)
        return {"y": positions, "z": velocities}

    compare(cell("unicornn"), loop)
