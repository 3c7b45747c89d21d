"""The words around formulas, one catalogue a language; a missing or an idle text is an error."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from string import Formatter
from typing import Any

from symrnn.program import UnknownName, quoted
from symrnn.targets import LANGUAGES

FOLDER = Path(__file__).with_name("texts")
NAME, NUMBER, PHRASE = r"[A-Za-z][\w.]*", r"\d+", r".+"
HOLES = {"a": PHRASE, "b": PHRASE,  # of a phrase: these are said in turn, the others stay
         "s": NAME, "r": NAME, "k": NUMBER, "j": NUMBER, "u": PHRASE, "v": PHRASE}
SECTIONS = ("page", "paper", "layers", "index", "linear", "guide", "roles", "rules", "functions",
            "functions_short", "verdicts", "costs", "flow", "recurrence", "unmeasured",
            "copies", "handling", "reference", "tags", "certified", "comparisons")


class MissingText(ValueError):
    """Catalogues that do not say the same things; the message tells which text is missing."""


@dataclass(frozen=True)
class Catalogue:
    """All texts of a language, and phrases that authors of cells wrote in English.

    ``sections`` are texts by the name of a section and of the text. A phrase is found by its
    English words: who changes these has to translate them anew.
    """

    code: str
    language: str
    comma: str
    colon: str
    space: str  # between sentences
    sections: Mapping[str, Mapping[str, str]]
    phrases: Mapping[str, str]

    def said(self, english: str) -> str | None:
        """What an author wrote in English, in this language; None where nobody put it so."""
        if self.code == LANGUAGES[0]:
            return english
        found = self._known.get(english)
        if found is None and english not in self._known:
            found = self._known[english] = self.phrases.get(english) or self._put(english)
        return found

    def demand(self, written: Iterable[str], name: str) -> None:
        """Hold this language against what the page of a name says of its cell.

        Raises MissingText for the first text that nobody put into it.
        """
        for english in written:
            if self.said(english) is None:
                raise MissingText(
                    f"texts/{self.code}.toml has no translation of {quoted(english)}, which the "
                    f"page of {name} says; add it under [phrases], or a note in "
                    f"texts/{self.code}/notes.toml")

    @cached_property
    def _known(self) -> dict[str, str | None]:
        return {}

    @cached_property
    def _patterns(self) -> tuple[tuple[re.Pattern[str], str], ...]:
        return tuple((_pattern(english), own) for english, own in self.phrases.items()
                     if "{" in english)

    def _put(self, english: str) -> str | None:
        """By a pattern whose inner phrases are known in turn."""
        for pattern, own in self._patterns:
            match = pattern.fullmatch(english)
            if match is not None:
                parts = {hole: self.said(part) if hole in "ab" else part
                         for hole, part in match.groupdict().items()}
                if None not in parts.values():
                    return own.format(**parts)
        return None


def _pattern(english: str) -> re.Pattern[str]:
    """``bias of the {a}`` as a pattern of text."""
    return re.compile("".join(re.escape(text) + (f"(?P<{hole}>{HOLES[hole]})" if hole else "")
                              for text, hole, _, _ in Formatter().parse(english)))


@cache
def catalogue(code: str) -> Catalogue:
    """The texts of a language. Raises UnknownName for one that there is none of."""
    if code not in LANGUAGES:
        raise UnknownName(f"there are no pages in {quoted(code)}; there are "
                          f"{' and '.join(LANGUAGES)}")
    data = tomllib.loads((FOLDER / f"{code}.toml").read_text(encoding="utf-8"))
    return Catalogue(code, data["language"], data["comma"], data["colon"], data["space"],
                     {name: data[name] for name in SECTIONS}, _phrases(code, data))


def _phrases(code: str, data: Mapping[str, Any]) -> dict[str, str]:
    """The phrases of a language; its notes, which are long, have a file of their own."""
    found = dict(data.get("phrases", {}))
    for path in sorted((FOLDER / code).glob("*.toml")):
        found |= tomllib.loads(path.read_text(encoding="utf-8"))["phrases"]
    return found


def held(used: Mapping[str, Collection[str]]) -> None:
    """Hold every catalogue against the texts that pages use, by section.

    Raises MissingText where one is missing or says what nobody reads.
    """
    for found in _faults(used):
        raise MissingText(found)


def _faults(used: Mapping[str, Collection[str]]) -> Iterator[str]:
    for code in LANGUAGES:
        for section, texts in catalogue(code).sections.items():
            for name in sorted(set(used[section]) - set(texts)):
                yield f"texts/{code}.toml has no {section}.{name}, which a page needs; add it"
            for name in sorted(set(texts) - set(used[section])):
                yield f"texts/{code}.toml has {section}.{name}, which no page uses; remove it"
