"""What a page says on paper: texts of a language, made safe for the language of a typesetter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from string import Formatter

from symrnn.documents.texts import Catalogue
from symrnn.rendering import Markup, names_read, safe

Escape = Callable[[str], str]


@dataclass(frozen=True)
class Sentence:
    """A text of a catalogue, into which formulas may be filled."""

    text: str
    escape: Escape

    def __html__(self) -> str:
        return self.escape(self.text)

    def format(self, **parts: object) -> Markup:
        """The text with its holes filled; what is no markup yet is made safe."""
        made = Markup()
        for literal, hole, _, _ in Formatter().parse(self.text):
            made += Markup(self.escape(literal)) if literal else Markup()
            made += safe(parts[hole], self.escape) if hole else Markup()
        return made


class Texts:
    """The texts of one section as attributes."""

    def __init__(self, section: Mapping[str, str], escape: Escape) -> None:
        self._section, self._escape = section, escape

    def __getattr__(self, name: str) -> Sentence:
        return self.of(name)

    def of(self, key: str) -> Sentence:
        """A text whose key is data: a role, a rule."""
        if key not in self._section:
            raise AttributeError(key)
        return Sentence(self._section[key], self._escape)


class PaperWords:
    """All that templates say in one language."""

    def __init__(self, catalogue: Catalogue, escape: Escape) -> None:
        self.code, self._catalogue, self._escape = catalogue.code, catalogue, escape
        self.comma, self.colon = (Markup(escape(one)) for one in (catalogue.comma, catalogue.colon))
        self.space = catalogue.space
        self._sections = {name: Texts(one, escape) for name, one in catalogue.sections.items()}

    def section(self, name: str) -> Texts:
        """The texts of one section."""
        return self._sections[name]

    def plain(self, english: str) -> str:
        """What an author wrote, in this language where somebody put it so, else in English."""
        found = self._catalogue.said(english)
        return english if found is None else found

    def said(self, english: str) -> Markup:
        """The same, made safe."""
        return Markup(self._escape(self.plain(english)))

    def listed(self, parts: Iterable[object]) -> Markup:
        """Parts with commas between them."""
        made = Markup()
        for one in parts:
            made += (self.comma if made else Markup()) + safe(one, self._escape)
        return made


def span(first: str, last: str) -> str:
    """The numbers of equations in a row: ``(1)–(9)``."""
    return f"({first})" if first == last else f"({first})–({last})"


def texts_read(templates: Iterable[str], section: str = "paper") -> frozenset[str]:
    """The texts of a section that some templates of printed pages name."""
    return frozenset().union(*(names_read(one, section) for one in templates))
