"""The reference as HTML, in every language: texts of docstrings and recipes stay English."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from symrnn.documents.assets import FOLDER
from symrnn.documents.notation import Language, Words
from symrnn.documents.reference.commands import EXITS, CommandLine
from symrnn.documents.reference.names import Named, groups
from symrnn.documents.reference.prose import Prose, Taken
from symrnn.documents.reference.recipes import recipes, sources
from symrnn.rendering import Markup, names_read, page

# Pages by the key of their titles. No cell is called like one of them: names have no hyphen.
COMMANDS, NAMES, USE, EXTEND = "command_line", "python_names", "use", "extend"
ADDRESSES = {COMMANDS: "command-line.html", NAMES: "python-api.html", USE: "recipes-use.html",
             EXTEND: "recipes-extend.html"}
TEMPLATES = {COMMANDS: "commands", NAMES: "names", USE: "recipes", EXTEND: "recipes"}
FRAME = "frame.html.j2"
ERRORS = "errors"  # the group whose names stand in sentences without marks


@dataclass(frozen=True)
class Heading:
    """A part of a page: its anchor, and its title or the key of one."""

    anchor: str
    title: str = ""
    key: str = ""


@dataclass(frozen=True)
class Found:
    """A command or a name, which the list of all finds: where it is told, and in short what."""

    name: str
    address: str
    short: Markup


@dataclass(frozen=True)
class ReferenceView:
    """What the template of a page sees."""

    key: str
    data: Any
    headings: tuple[Heading, ...]
    words: Words
    languages: Sequence[Language]
    prose: Prose
    address: str

    @property
    def lead(self) -> Markup:
        """What the page is about."""
        return self.said(f"{self.key}_lead")

    @property
    def beside(self) -> tuple[tuple[str, str, bool], ...]:
        """All pages of the reference: the key of a title, the address, whether it is this one."""
        return tuple((key, one, key == self.key) for key, one in ADDRESSES.items())

    def said(self, key: str) -> Markup:
        """A text whose key is data; commands and names in it lead to what is told of them."""
        return self.prose.line(str(self.words.section("reference").of(key)))

    def docstring(self, told: str) -> Iterator[Told]:
        """The parts of a docstring."""
        for one in self.prose.docstring(told):
            yield Told(Markup(), one) if isinstance(one, tuple) else Told(one, ())

    @staticmethod
    def breakable(choices: str) -> Markup:
        """``unicode|latex``, which may go on in another line behind a bar."""
        return Markup("|<wbr>").join(choices.split("|"))

    def python(self, lines: Sequence[str]) -> Markup:
        """Lines of Python in their colours."""
        return self.prose.code("python", lines)


@dataclass(frozen=True)
class Told:
    """A part of a docstring: a paragraph, or arguments one by one."""

    text: Markup
    taken: tuple[Taken, ...]


class Reference:
    """All pages of the reference. Raises Undocumented for a name or a recipe that is not told."""

    def __init__(self, command_line: CommandLine) -> None:
        self.command_line, self.groups = command_line, groups()
        links = dict(self._links())
        errors = {one.short: links[one.name] for group in self.groups for one in group.names
                  if group.key == ERRORS}
        self.prose = Prose({**links, **sources(ADDRESSES)}, errors)

    def _links(self) -> Iterator[tuple[str, str]]:
        for command in self.command_line.commands:
            yield f"symrnn {command.name}", f"{ADDRESSES[COMMANDS]}#{command.name}"
        for one in self._names():
            yield one.name, f"{ADDRESSES[NAMES]}#{one.name}"

    def _names(self) -> Iterator[Named]:
        for group in self.groups:
            for one in group.names:
                yield one
                yield from one.members

    @cached_property
    def found(self) -> tuple[Found, ...]:
        """Every command and every name, for the list of all."""
        told = {f"symrnn {one.name}": one.short for one in self.command_line.commands}
        told |= {one.name: one.docstring.partition("\n")[0] for one in self._names()}
        return tuple(Found(name, self.prose.links[name], self.prose.line(short))
                     for name, short in told.items())

    def pages(self, words: Sequence[Words], languages: Sequence[Language]) -> dict[str, str]:
        """The files in some languages."""
        found = {}
        for key, address in ADDRESSES.items():
            data, headings = self._content(key)
            for one in words:
                others = [other for other in languages if other.code != one.code]
                view = ReferenceView(key, data, headings, one, others, self.prose, address)
                found[f"{one.code}/{address}"] = page(
                    f"{FOLDER}/reference/{TEMPLATES[key]}.html.j2", view)
        return found

    def _content(self, key: str) -> tuple[Any, tuple[Heading, ...]]:
        """What a page tells, and its parts."""
        if key == COMMANDS:
            return self.command_line, (Heading("exit-codes", key="exit_codes"), *(
                Heading(one.name, one.name) for one in self.command_line.commands))
        if key == NAMES:
            return self.groups, tuple(Heading(one.key, key=one.title) for one in self.groups)
        told = recipes(key, self.prose.markdown)
        return told, tuple(Heading(one.anchor, one.title) for one in told)


def texts_called() -> frozenset[str]:
    """The texts of the reference that templates name, and those that data calls for."""
    files = {FRAME, *(f"{one}.html.j2" for one in TEMPLATES.values())}
    named = frozenset[str]().union(*(names_read(f"{FOLDER}/reference/{one}", "text")
                                     for one in files))
    keys = [*ADDRESSES, *(f"{one}_lead" for one in ADDRESSES), *(one.title for one in groups()),
            "exit_codes", *EXITS]
    return named.union(keys)

