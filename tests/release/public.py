"""The public names as lines of text: functions with their arguments, commands with their options.

`python -m tests.release.public > tests/release/public_names.txt` when a version is released.
"""

from __future__ import annotations

import inspect
from functools import cache
from pathlib import Path

import typer

import symrnn
from symrnn import cli

RELEASED = Path(__file__).with_name("public_names.txt")


@cache
def public() -> dict[str, set[str]]:
    """What callers write: each name, and the words that may stand behind it."""
    return {f"symrnn.{name}": _arguments(getattr(symrnn, name)) for name in symrnn.__all__} | {
        f"symrnn {name}": {word for one in command.params for word in one.opts}
        for name, command in typer.main.get_command(cli.app).commands.items()}


def _arguments(named: object) -> set[str]:
    """Those of a function. What classes have is held by the client beside this file."""
    return {*inspect.signature(named).parameters} if inspect.isfunction(named) else set()


def lines(names: dict[str, set[str]]) -> str:
    return "".join(f"{name}: {' '.join(sorted(words))}".rstrip() + "\n"
                   for name, words in sorted(names.items()))


@cache
def released() -> dict[str, set[str]]:
    """The same as the last version had it."""
    split = (line.partition(":") for line in RELEASED.read_text(encoding="utf-8").splitlines())
    return {name: set(words.split()) for name, _, words in split}


if __name__ == "__main__":
    print(lines(public()), end="")
