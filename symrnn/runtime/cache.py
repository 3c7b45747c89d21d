"""Where compiled code is kept: a folder that this user alone writes into."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from threading import Lock

from symrnn.program import printable

# Of threads that want the same file, the first one makes it.
_LOCKS: dict[str, Lock] = {}
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_LOCKS.clear)  # whoever holds one is not in the child


class CompilerFailed(RuntimeError):
    """Compiled code is not to be had; the message has the first complaint and the way out."""


def cache_folder() -> Path:
    """Where shared libraries are kept: ``$SYMRNN_CACHE``, else the user's cache folder.

    Raises RuntimeError where the system knows no home.
    """
    chosen = os.environ.get("SYMRNN_CACHE")
    if chosen:
        return Path(chosen)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "symrnn"


def kept(name: str, make: Callable[[Path], Path]) -> Path:
    """The file of this name, made where it is missing.

    ``make`` writes it into a folder of its own and tells where; it is moved into the cache at
    once. Where the cache cannot be written, or others may write into it, a temporary folder takes
    its place, and standard error says so. Raises CompilerFailed where no folder will do.
    """
    with _LOCKS.setdefault(name, Lock()):
        return next(_found(name), None) or _made(name, make)


def _found(name: str) -> Iterator[Path]:
    for folder in (_wanted(), _of_user()):
        if folder and is_own(folder) and is_own(folder / name):
            yield folder / name


def _made(name: str, make: Callable[[Path], Path]) -> Path:
    wanted, why = _wanted(), "there is no home folder"
    if wanted is not None:
        try:
            return _put(wanted, name, make)
        except OSError as error:
            why = error.strerror or str(error)
    try:
        folder = _temporary()
        _tell(f"symrnn: compiled kernels cannot be kept in {wanted or '~/.cache'} ({why}), but in "
              f"{folder}; $SYMRNN_CACHE names another folder")
        return _put(folder, name, make)
    except OSError as error:
        raise CompilerFailed(
            f"compiled kernels cannot be kept in {wanted or '~/.cache'} ({why}), nor in a "
            f"temporary folder ({error.strerror or error}); name a folder in $SYMRNN_CACHE, or use "
            f"backend=\"numpy\", which compiles nothing") from None


def _put(folder: Path, name: str, make: Callable[[Path], Path]) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not is_own(folder):
        raise PermissionError(0, "another user may write there")
    with tempfile.TemporaryDirectory(dir=folder, ignore_cleanup_errors=True) as own:
        return make(Path(own)).replace(folder / name)


def is_own(path: Path) -> bool:
    """True for what is there and nobody but this user and the administrator can have put there."""
    try:
        told = path.stat()
    except OSError:
        return False
    if not hasattr(os, "getuid"):
        return True
    shared = told.st_mode & stat.S_IWOTH and not told.st_mode & stat.S_ISVTX
    return told.st_uid in (os.getuid(), 0) and not shared


def _wanted() -> Path | None:
    """The cache; None where the system knows no home."""
    try:
        return cache_folder().absolute()
    except (RuntimeError, OSError):
        return None


def _of_user() -> Path | None:
    """This user's folder among the temporary ones, which the next process finds again."""
    try:
        number = os.getuid() if hasattr(os, "getuid") else "user"
        return Path(tempfile.gettempdir()) / f"symrnn-{number}"
    except OSError:
        return None


@cache
def _temporary() -> Path:
    """The same, made; another one where somebody else has taken its name."""
    folder = _of_user()
    if folder is not None and not folder.is_symlink():
        folder.mkdir(mode=0o700, exist_ok=True)
        if is_own(folder) and not folder.stat().st_mode & 0o022:
            return folder
    return Path(tempfile.mkdtemp(prefix="symrnn-"))


@cache
def _tell(sentence: str) -> None:
    """Say it once, whatever characters are in the names of folders."""
    print(printable(sentence), file=sys.stderr)
