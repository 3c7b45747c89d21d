"""Docstrings, help and recipes as HTML: names and commands in them lead to the reference."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from symrnn.documents.highlight import LEXERS, Block, Piece, coloured, highlighted
from symrnn.rendering import Markup

ROLE = re.compile(r":[a-z]+:`~?([^`]+)`")  # :func:`symrnn.compile`
WORD = re.compile(r"(\w+)")
RULE = {"-"}  # what stands under the name of a docstring's section


@dataclass(frozen=True)
class Taken:
    """What a docstring says of one argument, or of several: ``lengths: the valid steps``."""

    names: str
    told: str


class Prose:
    """Writes Markdown and docstrings; ``links`` leads from names and commands to addresses.

    ``words`` are names that lead there in plain sentences too: those of errors.
    """

    def __init__(self, links: Mapping[str, str], words: Mapping[str, str]) -> None:
        self.links, self.words = links, words
        self._plain = MarkdownIt("zero").enable(["backticks", "list"])
        self._plain.inline.ruler.after("text", "role", _role)
        self._plain.add_render_rule("text", lambda _, tokens, place, *rest: Markup("").join(
            self._word(one) for one in WORD.split(tokens[place].content)))
        self.markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
        for one in (self._plain, self.markdown):
            one.add_render_rule("code_inline", lambda _, *asked: self._code(*asked))
        self.markdown.core.ruler.push("places", self._places)
        self.markdown.add_render_rule("fence", lambda _, *asked: self._fence(*asked))
        self.markdown.add_render_rule("table_open", lambda *_: SCROLLS)
        self.markdown.add_render_rule("table_close", lambda *_: "</table></div>\n")

    def text(self, told: str) -> Markup:
        """Paragraphs of a docstring or of help."""
        return Markup(self._plain.render(told))

    def line(self, told: str) -> Markup:
        """Words within a sentence."""
        return Markup(self._plain.renderInline(told))

    def docstring(self, told: str) -> Iterator[Markup | tuple[Taken, ...]]:
        """The parts of a docstring: paragraphs, and what it says of arguments, one by one."""
        for part in told.split("\n\n"):
            head, *lines = part.split("\n")
            if lines and {*lines[0]} == RULE:
                yield tuple(_taken(lines[1:]))
            else:
                yield self.text("\n".join((head, *lines)))

    def tokens(self, tokens: Sequence[Token]) -> Markup:
        """A piece of a Markdown file."""
        return Markup(self.markdown.renderer.render(list(tokens), self.markdown.options, {}))

    def code(self, language: str, lines: Sequence[str]) -> Markup:
        """Lines of code in the colours of a language; plain where that is not known."""
        rows = (highlighted(language, lines) if language in LEXERS
                else [[Piece("", one)] for one in lines])
        return coloured(Block((), (), tuple(map(tuple, rows))).pieces)

    def _places(self, state: StateCore) -> None:
        """Links to files of the repository lead to the pages that tell them, or nowhere."""
        for inline in state.tokens:
            told = inline.children or []
            for place, one in enumerate(told):
                if one.type == "link_open":
                    address = self.links.get(str(one.attrGet("href")))
                    end = next(each for each in told[place:] if each.type == "link_close")
                    if address:
                        one.attrSet("href", address)
                    else:
                        one.type = end.type = "text"
                        one.tag = end.tag = ""

    def _word(self, one: str) -> Markup:
        return (Markup('<a href="{}">{}</a>').format(self.words[one], one) if one in self.words
                else Markup.escape(one))

    def _code(self, tokens: list[Token], place: int, *rest: Any) -> str:
        written = tokens[place].content
        shown = Markup("<code>{}</code>").format(written)
        address = self._address(written)
        return Markup('<a href="{}">{}</a>').format(address, shown) if address else shown

    def _address(self, written: str) -> str | None:
        """Where code leads to: ``symrnn docs lstm``, ``symrnn.fit(...)``, ``fit`` of a role."""
        name = written.partition("(")[0]
        found = (self.links.get(one) for one in (" ".join(written.split()[:2]), name,
                                                 f"symrnn.{name}"))
        return next((one for one in found if one), None)

    def _fence(self, tokens: list[Token], place: int, *rest: Any) -> str:
        one = tokens[place]
        lines = one.content.rstrip("\n").split("\n")
        return Markup('<pre tabindex="0"><code class="code">{}</code></pre>\n').format(
            self.code(one.info.strip(), lines))


SCROLLS = '<div class="scroll" tabindex="0" role="group"><table>\n'


def _taken(lines: Sequence[str]) -> Iterator[Taken]:
    """Arguments, each of which begins a line; what goes on is indented."""
    entries: list[str] = []
    for line in lines:
        if line.startswith(" "):
            entries[-1] += f" {line.strip()}"
        else:
            entries.append(line)
    for one in entries:
        names, _, told = one.partition(": ")
        yield Taken(names, told)


def _role(state: StateInline, silent: bool) -> bool:
    """A name of Python that a docstring refers to."""
    match = ROLE.match(state.src, state.pos)
    if match is None:
        return False
    if not silent:
        state.push("code_inline", "code", 0).content = match[1]
    state.pos = match.end()
    return True
