"""What ``symrnn verify`` found of a network, read from the certificate that it wrote."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from symrnn.checking.certificate import said
from symrnn.program import Program, digest, quoted
from symrnn.rendering import FileRefused


@dataclass(frozen=True)
class Compared:
    """One comparison: of how many numbers, against what, and its worst error by who computed.

    Errors are in units in the last place of an array's largest entry, in the order of the
    certificate's columns; none where somebody was not compared so.
    """

    rung: str
    against: str
    numbers: int
    ulps: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Certified:
    """All that was compared, where it was measured, and the command that does it again.

    ``by`` are the kernels, each with a column; ``alone`` are the derivation and the interpreter,
    which were compared once, and are told with their names.
    """

    by: tuple[str, ...]
    rows: tuple[Compared, ...]
    alone: tuple[tuple[str, Compared], ...]
    environment: tuple[tuple[str, str], ...]
    command: str


def certified(folder: Path, name: str, program: Program) -> Certified:
    """The certificate of a network in a folder.

    Raises FileRefused where it is missing, of other equations, broken, or tells that something
    does not hold.
    """
    path = folder / f"{name}.json"
    again = f"symrnn verify {name} --output {folder}"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        of, measured = found["equations"], found["measured"]
        made = _certified(found)
    except OSError as error:
        raise FileRefused(f"{path}: {error.strerror or error}; `{again}` writes it") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise FileRefused(f"{path}: it is no certificate; `{again}` writes one") from None
    if of != digest(program):
        raise FileRefused(f"{path}: it is of other equations than those of {quoted(name)}; "
                          f"`{again}` writes it anew")
    if not all(one["holds"] for one in measured):
        raise FileRefused(f"{path}: something does not hold, so no page is written; "
                          f"`{again}` tells what")
    return made


def _certified(found: Mapping[str, Any]) -> Certified:
    rows = [({word: str(one[word]) for word in ("by", "rung", "against")}, int(one["numbers"]),
             float(measure["ulps"]))
            for one, measure in zip(found["compared"], found["measured"], strict=True)]
    if not {word for told, _, _ in rows for word in told.values()} <= said():
        raise ValueError("another program's words")
    who = [told["by"] for told, _, _ in rows]
    kernels = tuple(dict.fromkeys(one for one in who if who.count(one) > 1))
    table: dict[tuple[str, str, int], dict[str, tuple[float, ...]]] = {}
    for told, numbers, ulps in rows:
        if told["by"] in kernels:
            table.setdefault((told["rung"], told["against"], numbers), {})[told["by"]] = (ulps,)
    alone = tuple((told["by"], Compared(told["rung"], told["against"], numbers, ((ulps,),)))
                  for told, numbers, ulps in rows if told["by"] not in kernels)
    rows_of_kernels = tuple(Compared(*key, tuple(ulps.get(one, ()) for one in kernels))
                            for key, ulps in table.items())
    return Certified(kernels, rows_of_kernels, alone,
                     tuple((str(key), str(one)) for key, one in found["environment"].items()),
                     str(found["command"]))
