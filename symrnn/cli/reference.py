"""What the parser of the command line knows, as data for the reference."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import typer

from symrnn.cli.commands import app
from symrnn.cli.running import INTERRUPTED, MISTAKE, PIPE_CLOSED
from symrnn.documents.reference.commands import EXITS, Command, CommandLine, Option
from symrnn.documents.reference.source import Undocumented

CODES = (0, 1, MISTAKE, INTERRUPTED, PIPE_CLOSED)
EXAMPLE = re.compile(r"`(symrnn [^`]+)`")


def command_line() -> CommandLine:
    """All commands with their options. Raises Undocumented for one without help or example."""
    known: dict[str, Any] = getattr(typer.main.get_command(app), "commands")  # noqa: B009
    return CommandLine(tuple(_command(name, known[name]) for name in sorted(known)),
                       tuple(zip(CODES, EXITS, strict=True)))


def _command(name: str, parser: Any) -> Command:
    """One command; the last paragraph of its help has the examples."""
    told, _, last = (parser.help or "").strip().rpartition("\n\n")
    examples = tuple(" ".join(one.split()) for one in EXAMPLE.findall(last))
    options = tuple(map(_option, parser.params))
    for one in options:
        if not one.told or one.takes is None:
            raise Undocumented(f"symrnn {name} does not tell what {one.written[-1]} is and takes; "
                               f"give it a help text and a metavar")
    if not told or not examples:
        raise Undocumented(f"symrnn {name} needs a help text of two paragraphs at least; say what "
                           f"it does, and in the last one give examples")
    return Command(name, parser.short_help, " ".join(_usage(name, parser)), told, examples, options)


def _usage(name: str, parser: Any) -> Iterator[str]:
    yield f"symrnn {name} [OPTIONS]"
    for one in parser.params:
        if one.param_type_name == "argument":
            more = "..." * (one.nargs < 0 and not one.metavar.endswith("..."))
            yield f"{one.metavar}{more}" if one.required else f"[{one.metavar}]{more}"


def _option(one: Any) -> Option:
    argument, switch = one.param_type_name == "argument", getattr(one, "is_flag", False)
    written = (one.metavar,) if argument else tuple(one.opts)
    takes = "" if argument or switch else one.metavar
    return Option(written, takes, _default(one.default), one.help or "", one.required)


def _default(value: Any) -> str:
    """What stands in the place of what nobody gives, where that tells something."""
    return "" if value in (None, "", [], ()) or value is False else str(value)
