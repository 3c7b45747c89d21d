"""The command line as data: what its parser knows, which the command line hands down."""

from __future__ import annotations

from dataclasses import dataclass

# What an exit code may say, as keys of texts: all went well; something was found or differs; a
# mistake, told in one sentence; the user broke it off; nobody reads the output any more.
EXITS = ("exit_done", "exit_found", "exit_mistake", "exit_interrupted", "exit_pipe")


@dataclass(frozen=True)
class Option:
    """An argument or an option: how it is written, what it takes, and what it is without.

    ``takes`` is empty for a switch, ``default`` where there is none.
    """

    written: tuple[str, ...]
    takes: str
    default: str
    told: str
    required: bool


@dataclass(frozen=True)
class Command:
    """A command. ``told`` are paragraphs, ``examples`` lines that a shell takes."""

    name: str
    short: str
    usage: str
    told: str
    examples: tuple[str, ...]
    options: tuple[Option, ...]


@dataclass(frozen=True)
class CommandLine:
    """All commands, and what exit codes of any of them mean: the code, and a text's key."""

    commands: tuple[Command, ...]
    exits: tuple[tuple[int, str], ...]
