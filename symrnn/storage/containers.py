"""Arrays by name and one text beside them, in a file: safetensors, or npz without any library.

Neither format can run code. An npz of ours is a zip of plain, uncompressed arrays with no date,
so that the same arrays are the same bytes; what is read must be as long as its header says, before
memory is taken for it.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from math import prod
from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np

from symrnn.program import Misused, ProgramError, printable, quoted
from symrnn.rendering import put, refuse_others
from symrnn.runtime.shapes import Array

TEXT = "symrnn"  # the name of the text, in both formats
FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # of a zip
MOST_ARRAYS = 100_000
# What the zip and the NumPy library make of bytes that are no archive of arrays.
DAMAGED = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, TypeError,
           RuntimeError, SyntaxError, TokenError, MemoryError, OverflowError)
Contents = tuple[dict[str, Array], str | None]


class Unreadable(ProgramError):
    """A file does not hold what it should; the message names it."""


@dataclass(frozen=True)
class Container:
    """A format: how a file of it is written and read, and how its text alone is."""

    write: Callable[[Path, Mapping[str, Array], str], None]
    read: Callable[[Path], Contents]
    text: Callable[[Path], str | None]


def container(path: Path) -> Container:
    """The format of a file, by its ending. Raises Misused for another ending."""
    if path.suffix not in CONTAINERS:
        raise Misused(f"{quoted(str(path))} ends with neither {' nor '.join(CONTAINERS)}; "
                      f"weights are kept in these")
    return CONTAINERS[path.suffix]


def write(path: Path, arrays: Mapping[str, Array], text: str) -> None:
    """Write arrays and a text at once and whole; what stood there stays until then.

    Raises Misused for another ending, FileRefused for a file that symrnn did not write, OSError.
    """
    form = container(path)
    refuse_others(path, lambda own: _is_ours(form, own))
    put(path, lambda own: form.write(own, arrays, text))


def _is_ours(form: Container, path: Path) -> bool:
    try:
        return form.text(path) is not None
    except Unreadable:
        return False


def read_arrays(path: Path) -> dict[str, Array]:
    """The arrays of a file by name, without the text. Raises OSError, Misused, Unreadable.

    Every file of arrays is read here: an npz has the same limits whoever asks for it.
    """
    return container(path).read(path)[0]


def _library(path: Path) -> Any:
    with suppress(ImportError):
        import ml_dtypes  # noqa: F401  # with it NumPy knows bfloat16
    try:
        import safetensors
        import safetensors.numpy
    except ImportError:
        raise Misused(f"{path.name} needs the safetensors library: pip install "
                      f"\"symrnn[safetensors]\"; files that end with .npz need none") from None
    return safetensors


def _write_safetensors(path: Path, arrays: Mapping[str, Array], text: str) -> None:
    plain = {name: np.ascontiguousarray(one) for name, one in arrays.items()}
    path.write_bytes(_library(path).numpy.save(plain, {TEXT: text}))


def _read_safetensors(path: Path) -> Contents:
    library = _library(path)
    try:
        with _opened(library, path) as file:
            arrays = {name: np.asarray(file.get_tensor(name)) for name in file.keys()}  # noqa: SIM118
            return arrays, (file.metadata() or {}).get(TEXT)
    except (library.SafetensorError, TypeError, ValueError, AttributeError) as error:
        raise Unreadable(f"{path} is no complete safetensors file: "
                             f"{printable(str(error))}") from None


def _text_of_safetensors(path: Path) -> str | None:
    library = _library(path)
    try:
        with _opened(library, path) as file:
            found: str | None = (file.metadata() or {}).get(TEXT)
            return found
    except library.SafetensorError as error:
        raise Unreadable(f"{path} is no complete safetensors file: "
                             f"{printable(str(error))}") from None


def _opened(library: Any, path: Path) -> Any:
    path.open("rb").close()  # says what is wrong with the path as Python does
    return library.safe_open(path, "numpy")


def _write_npz(path: Path, arrays: Mapping[str, Array], text: str) -> None:
    whole = {**arrays, TEXT: np.frombuffer(text.encode(), np.uint8)}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as file:
        for name, array in whole.items():
            with file.open(zipfile.ZipInfo(f"{name}.npy", FIRST_DAY), "w") as entry:
                np.lib.format.write_array(entry, np.asanyarray(array), allow_pickle=False)


def _read_npz(path: Path) -> Contents:
    arrays = _entries(path, lambda name: True)
    text = arrays.pop(TEXT, None)
    return arrays, None if text is None else _decoded(path, text)


def _text_of_npz(path: Path) -> str | None:
    found = _entries(path, lambda name: name == TEXT)
    return _decoded(path, found[TEXT]) if found else None


def _decoded(path: Path, text: Array) -> str:
    try:
        return text.tobytes().decode()
    except UnicodeDecodeError:
        raise Unreadable(f"{path}: its text is no UTF-8") from None


def _entries(path: Path, wanted: Callable[[str], bool]) -> dict[str, Array]:
    try:
        with zipfile.ZipFile(path) as file:
            members = file.infolist()
            names = [one.filename.removesuffix(".npy") for one in members]
            if len(names) > MOST_ARRAYS or len(set(names)) < len(names):
                raise Unreadable(f"{path} has too many arrays, or two of one name")
            return {name: _array(path, file, one) for name, one in zip(names, members, strict=True)
                    if wanted(name)}
    except Unreadable:
        raise
    except OSError as error:
        if error.filename is not None:
            raise
        raise Unreadable(f"{path} is no complete npz file: {error.strerror}") from None
    except DAMAGED as error:
        raise Unreadable(f"{path} is no complete npz file: {quoted(str(error))}") from None


def _array(path: Path, file: zipfile.ZipFile, member: zipfile.ZipInfo) -> Array:
    """One array, once its header agrees with the bytes that are there."""
    if member.compress_type != zipfile.ZIP_STORED or member.file_size > path.stat().st_size:
        raise Unreadable(f"{path}: {quoted(member.filename)} is compressed; "
                         f"write it with numpy.savez")
    with file.open(member) as entry:
        version = np.lib.format.read_magic(entry)
        read_header = (np.lib.format.read_array_header_1_0 if version == (1, 0)
                       else np.lib.format.read_array_header_2_0)
        shape, by_columns, dtype = read_header(entry)
        body = entry.read()
    if dtype.hasobject or prod(shape) * dtype.itemsize != len(body):
        raise Unreadable(f"{path}: {quoted(member.filename)} holds {len(body)} bytes, which is no "
                         f"array {dtype} of shape {shape}")
    return np.frombuffer(body, dtype).reshape(shape, order="F" if by_columns else "C")


CONTAINERS = {
    ".safetensors": Container(_write_safetensors, _read_safetensors, _text_of_safetensors),
    ".npz": Container(_write_npz, _read_npz, _text_of_npz),
}
