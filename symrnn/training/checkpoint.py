"""A run in a file, so that it goes on where it was: the same numbers as without a break."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from symrnn import storage
from symrnn.program import Misused, Program
from symrnn.program.plain import to_plain
from symrnn.runtime.shapes import Array, Arrays
from symrnn.storage import Unreadable, container

FORMAT, LONG = 1, 20  # what is longer is a digest, which tells a reader nothing
STATE, LOSSES, HELD, BEST = "state.", "losses", "validation", "best"


@dataclass(frozen=True, eq=False)
class Reached:
    """How far a run is: all that its next epoch depends on, and what it found so far.

    ``best`` is the row of parameters after the epoch of the least validation loss, None where
    nobody asks for it.
    """

    state: Arrays
    losses: tuple[float, ...] = ()
    held: tuple[float, ...] = ()
    best: Array | None = None

    @property
    def epochs(self) -> int:
        """How many are behind it."""
        return len(self.losses)


def best_of(held: tuple[float, ...]) -> int:
    """The epoch of the least loss, from 0 on; the first one of several."""
    return held.index(min(held))


def digest(network: Program, params: Arrays) -> dict[str, str]:
    """By what a run knows its network and its first parameters again."""
    text = json.dumps(to_plain(network), separators=(",", ":"))
    first = sha256()
    for name, one in sorted(params.items()):
        first.update(name.encode() + repr(one.shape).encode() + one.tobytes())
    return {"network": sha256(text.encode()).hexdigest(), "first parameters": first.hexdigest()}


def write(path: Path, reached: Reached, told: Mapping[str, Any]) -> None:
    """Keep a run. What stood there stays whole until the new one does. Raises Misused, OSError."""
    arrays = {**{STATE + name: one for name, one in reached.state.items()},
              LOSSES: np.array(reached.losses), HELD: np.array(reached.held)}
    if reached.best is not None:
        arrays[BEST] = reached.best
    text = json.dumps({"format": FORMAT, "run": told}, separators=(",", ":"))
    storage.write(path, arrays, text)


def read(path: Path, first: Arrays, told: Mapping[str, Any]) -> Reached | None:
    """How far the run of a file is, None where there is no file.

    ``first`` is the state that such a run begins with. Raises Misused for a file of another run,
    Unreadable for what is none, OSError.
    """
    form = container(path)
    if not path.exists():
        return None
    arrays, text = form.read(path)
    _same(path, _run_of(path, text), told)
    state = {name.removeprefix(STATE): one for name, one in arrays.items()
             if name.startswith(STATE)}
    wrong = [name for name, one in first.items()
             if name not in state or state[name].shape != one.shape]
    if wrong or LOSSES not in arrays or HELD not in arrays:
        raise Unreadable(f"{path} lacks a part of its run; take another file, and the run begins "
                         f"anew")
    return Reached(state, tuple(map(float, arrays[LOSSES])), tuple(map(float, arrays[HELD])),
                   arrays.get(BEST))


def _run_of(path: Path, text: str | None) -> dict[str, Any]:
    """What a file says of its run. Raises Unreadable."""
    try:
        whole = json.loads(text or "")
    except (ValueError, RecursionError):
        whole = None
    if not isinstance(whole, dict) or whole.get("format") != FORMAT or not isinstance(
            whole.get("run"), dict):
        raise Unreadable(f"{path} holds no run of symrnn.fit; give another file as checkpoint")
    run: dict[str, Any] = whole["run"]
    return run


def _same(path: Path, run: Mapping[str, Any], told: Mapping[str, Any]) -> None:
    """Raise Misused where the two are of different runs."""
    for key, value in told.items():
        if run.get(key) != value:
            long = any(len(str(one)) > LONG for one in (value, run.get(key)))
            what = f"other {key}" if long else f"{key} = {run.get(key)}, not {value}"
            raise Misused(f"{path} is of a run with {what}; give another file as checkpoint, or "
                          f"the same as then")
