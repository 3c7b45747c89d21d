"""What templates print formulas and texts with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from symrnn.backends import mathml
from symrnn.backends.document import Shown
from symrnn.backends.formula import TIMES, Formula, Partial, Sign, Sum, Symbol
from symrnn.diagrams.picture import Picture
from symrnn.documents.texts import Catalogue
from symrnn.rendering import Markup

SHORT = 14  # characters of a sum that stays on one line


class Unnamed(mathml.MathMLSpelling):
    """Formulas whose symbols bear no names: a script of the page finds them by their looks.

    So a page of thousands of symbols says once for each look which row it belongs to. ``rows``
    are the names of the rows, by all names that lead to them. What is not seen is a character
    itself here, a third as long as its reference.
    """

    apply = "<mo>\u2061</mo>"
    times = '<mo rspace=".17em">\u2062</mo>'

    def __init__(self, rows: Mapping[str, str]) -> None:
        self._rows = rows
        self.looks: dict[str, str] = {}

    def named(self, name: str) -> str:
        return ""

    def sign(self, node: Sign) -> str:
        return self.times if node.text == TIMES else super().sign(node)

    def symbol(self, node: Symbol) -> str:
        return self._known(super().symbol(node), node.name)

    def partial(self, node: Partial) -> str:
        return self._known(super().partial(node), node.name)

    def _known(self, shown: str, name: str) -> str:
        if name:
            self.looks.setdefault(shown, self._rows.get(name, name))
        return shown


class Notation:
    """Formulas of one page in MathML, each printed once for all languages."""

    def __init__(self, spelling: mathml.MathMLSpelling = mathml.MATHML) -> None:
        self._spelling = spelling
        self._known: dict[int, tuple[object, Markup]] = {}

    def __call__(self, formula: Formula | Shown) -> Markup:
        """The formula; an equation stands in a line of its own."""
        found = self._known.get(id(formula))
        if found is None:
            text = (mathml.block(formula, spelling=self._spelling, display=False)
                    if isinstance(formula, Shown) else mathml.formula(formula, self._spelling))
            found = self._known[id(formula)] = (formula, Markup(text))
        return found[1]

    def broken(self, formula: Formula) -> Markup:
        """A sum in a table: where it is long, a line may end behind any of its terms."""
        if not isinstance(formula, Sum) or formula.width <= SHORT:
            return self(formula)
        return Markup("<wbr>").join(Markup(mathml.piece(sign, term, self._spelling))
                                for sign, term in formula.terms)


class Texts:
    """The texts of one section as attributes, in which markup may be filled in."""

    def __init__(self, section: Mapping[str, str]) -> None:
        self._section = section

    def __getattr__(self, name: str) -> Markup:
        return self.of(name)

    def of(self, key: str) -> Markup:
        """A text whose key is data: a role, a rule."""
        if key not in self._section:
            raise AttributeError(key)
        return Markup(self._section[key])


class Words:
    """All that templates say in one language."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.code, self.language = catalogue.code, catalogue.language
        self.comma, self.colon = Markup(catalogue.comma), Markup(catalogue.colon)
        self.space = catalogue.space
        self._catalogue = catalogue
        self._sections = {name: Texts(one) for name, one in catalogue.sections.items()}

    def section(self, name: str) -> Texts:
        """The texts of one section."""
        return self._sections[name]

    def put(self, english: str) -> str | None:
        """What an author wrote, in this language, if somebody put it so."""
        return self._catalogue.said(english)

    def said(self, english: str) -> Markup:
        """What an author wrote, in this language; else in English, and marked so."""
        found = self._catalogue.said(english)
        if found is None:
            return Markup('<span lang="en">{}</span>').format(english)
        return Markup.escape(found)

    def titled(self, picture: Picture) -> Picture:
        """The picture with its title and description in this language, where it can say them."""
        title, description = (self.put(one) or one
                              for one in (picture.title, picture.description))
        return replace(picture, title=title, description=description)

    def listed(self, parts: Iterable[Any]) -> Markup:
        """Parts with commas between them."""
        return self.comma.join(parts)


@dataclass(frozen=True)
class Language:
    """A link to the same page in another language."""

    code: str
    language: str
