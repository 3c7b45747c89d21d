"""A measurement as data: JSON, CSV or NumPy's archive, all with the same numbers."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np

from symrnn.jacobians.travel import Travel, Travels
from symrnn.rendering import put
from symrnn.runtime.shapes import Array

HEAD = ("network", "what", "of", "by", "lag", "log10")
OUTPUTS = "outputs"  # what the loss is of

Row = tuple[str, str, str, str, int, float]


def rows(travels: Travels) -> Iterator[Row]:
    """Every number as a row of a table, all of them powers of ten."""
    for one in travels:
        for (new, old), powers in one.norms.items():
            yield from ((one.name, "norm", new, old, lag, float(power))
                        for lag, power in zip(one.lags, powers, strict=True))
        for old, powers in one.loss.items():
            yield from ((one.name, "norm", OUTPUTS, old, lag, float(power))
                        for lag, power in zip(one.lags, powers, strict=True) if lag)
        for spectrum in one.spectra:
            for what, values in (("singular value", spectrum.singular),
                                 ("eigenvalue", spectrum.eigenvalues)):
                yield from ((one.name, what, str(place), "", spectrum.lag, float(power))
                            for place, power in enumerate(values, 1))


def as_csv(travels: Travels) -> bytes:
    """A table with a head."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(HEAD)
    table.writerows((*row[:-1], repr(row[-1])) for row in rows(travels))
    return text.getvalue().encode("utf-8")


def as_json(travels: Travels) -> bytes:
    """One object a network; where a norm is zero, so that it has no logarithm, stands null."""
    data = [_object(one) for one in travels]
    return (json.dumps(data, indent=1, ensure_ascii=False) + "\n").encode("utf-8")


def _object(one: Travel) -> dict[str, Any]:
    return {
        "name": one.name, "title": one.title, "sizes": dict(one.sizes), "seed": one.seed,
        "lags": list(one.lags),
        "log10_norms": [{"of": new, "by": old, "at_lags": _numbers(powers)}
                        for (new, old), powers in one.norms.items()],
        "log10_loss": [{"by": old, "at_lags": _numbers(powers)}
                       for old, powers in one.loss.items()],
        "spectra": [{"lag": each.lag, "log10_singular_values": _numbers(each.singular),
                     "log10_eigenvalues": _numbers(each.eigenvalues)} for each in one.spectra],
        "saturation": [{"of": each.name, "ends": list(each.ends), "low": each.low,
                        "high": each.high} for each in one.saturation]}


def _numbers(powers: Array) -> list[float | None]:
    return [float(one) if isfinite(one) else None for one in powers]


def as_npz(travels: Travels) -> bytes:
    """Arrays by names such as ``lstm/norm/c/h``: of the network, what it is, of what, by what."""
    arrays: dict[str, Array] = {}
    for one in travels:
        arrays |= {f"{one.name}/norm/{new}/{old}": powers
                   for (new, old), powers in one.norms.items()}
        arrays |= {f"{one.name}/norm/{OUTPUTS}/{old}": powers for old, powers in one.loss.items()}
        for spectrum in one.spectra:
            arrays[f"{one.name}/singular values/{spectrum.lag}"] = spectrum.singular
            arrays[f"{one.name}/eigenvalues/{spectrum.lag}"] = spectrum.eigenvalues
    file = io.BytesIO()
    np.savez(file, **arrays)  # type: ignore[arg-type]  # names are all text
    return file.getvalue()


FORMATS: Mapping[str, Callable[[Travels], bytes]] = {
    ".json": as_json, ".csv": as_csv, ".npz": as_npz}


def save(travels: Travels, path: Path) -> None:
    """Write the data in the format that the file's name ends with, one of ``FORMATS``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    put(path, lambda made: made.write_bytes(FORMATS[path.suffix](travels)))
