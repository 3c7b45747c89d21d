"""Bytes that coverage leads into the readers: optional, by night, with ``pip install atheris``.

``python -m tests.hostile.atheris_readers cell -max_total_time=600``; the others are npz, json,
onnx and safetensors. What follows goes to libFuzzer. The invariant is that of the campaign.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from random import Random

import atheris

with atheris.instrument_imports(include=["symrnn", "lark"]):
    import symrnn
    from symrnn.exchange import read
    from symrnn.storage import load

from tests.hostile import seeds
from tests.hostile.campaign import Kind, Report, attempt

READERS = {"cell": (".cell", symrnn.cell), "npz": (".npz", load), "json": (".json", read),
           "onnx": (".onnx", read), "safetensors": (".safetensors", load)}


def main() -> None:
    """Fuzz one reader, from its good files on."""
    name = sys.argv.pop(1)
    ending, taken = READERS[name]
    folder, corpus, report = (Path(tempfile.mkdtemp()), Path(tempfile.mkdtemp()), Report())
    known = [one.encode() for one in seeds.cells()] if name == "cell" else seeds.files(ending)
    for number, content in enumerate(known):
        (corpus / str(number)).write_bytes(content)

    def one(data: bytes) -> None:
        why = attempt(Kind(ending, lambda draw: data, taken), Random(0), folder, report, name)
        assert not why, why

    atheris.Setup([*sys.argv, str(corpus)], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
