"""Formulas in MathML Core, which browsers render by themselves.

Every symbol of a program is an element with ``data-symbol``, the name that the program has for it,
so that a page can show its row. The number of an equation stands beside it, not inside.
"""

from __future__ import annotations

import html

from symrnn.backends.document import DocumentPrinter, Shown
from symrnn.backends.formula import (APART, TIMES, Bars, Big, Call, Cases, Partial, Formula,
                                     Fraction, Function, Number, Parens, Root, Row, Scripts,
                                     Sign, Sum, Symbol, Text)
from symrnn.backends.spelling import Spelling
from symrnn.program import Equation, Face, Glyph, Letter, Program, character, printable

APPLY = "<mo>&#x2061;</mo>"  # a function of what follows; it is not seen
SIGNS = {"-": "−", APART: ",", TIMES: "&#x2062;", "<": "&lt;", ">": "&gt;"}
ACCENTS = {"bar": "‾", "tilde": "˜", "hat": "ˆ", "check": "ˇ", "dot": "˙", "ddot": "¨",
           "dddot": "\u20db"}
NUMBERED = [Face.SIGN, Face.NUMBER, Face.SIGN]
ARROWS = "→←"  # marks of a direction: as operators they would have space around them
SPACE = "&#xa0;"  # which no browser drops at the edge of a text
DOTLESS = {"i": "ı", "j": "ȷ"}
NO_STRETCH = ' stretchy="false"'
LINE_ABOVE = "border-top:0.05em solid;padding-top:0.15em"
BIG = {"sum": "∑"}


class MathMLSpelling(Spelling):
    """Formulas as elements. A row is an element only where something stands around all of it.

    What is not seen is a reference, so that a terminal shows it.
    """

    apply = APPLY

    def named(self, name: str) -> str:
        """The attribute by which a page finds the row of a symbol."""
        return f' data-symbol="{escaped(name)}"' if name else ""

    def row(self, node: Row) -> str:
        shown = self.inside(node)
        return shown if len(node.parts) == 1 else f"<mrow>{shown}</mrow>"

    def inside(self, node: Formula) -> str:
        """The same for an element that is a row already: pages have tens of thousands of rows.

        A sign in front keeps a row of its own, for in the middle of one it would stand between.
        """
        if isinstance(node, Row):
            return "".join(map(self.inside, node.parts))
        if isinstance(node, Call):
            return f"{self(node.function)}{self.apply}{self.inside(node.argument)}"
        if isinstance(node, Parens) and not node.inside.tall:
            return self._between(node, NO_STRETCH)
        if isinstance(node, Sum) and not node.terms[0][0]:
            return self.terms(node)
        return self(node)

    def symbol(self, node: Symbol) -> str:
        glyph, named = node.drawn, self.named(node.name)
        below, above = _listed(glyph.sub), _listed(glyph.sup)
        if len(glyph.letters) == 1 and not (below or above or glyph.accents):
            return _letter(glyph.letters[0], attributes=named)
        return _scripted(_letters(glyph), below, above, named)

    def number(self, node: Number) -> str:
        return f"<mn>{escaped(node.text)}</mn>"

    def sign(self, node: Sign) -> str:
        return _operator(node.text)

    def text(self, node: Text) -> str:
        return f"<mtext>{escaped(node.text).replace(' ', SPACE)}</mtext>"

    def sum(self, node: Sum) -> str:
        if len(node.terms) == 1 and not node.terms[0][0]:
            return self(node.terms[0][1])
        return f"<mrow>{self.terms(node)}</mrow>"

    def terms(self, node: Sum) -> str:
        """Without a row of their own a sign in front stands between what is before and after it."""
        return "".join(f"{_operator(sign) if sign else ''}{self.inside(one)}"
                       for sign, one in node.terms)

    def function(self, node: Function) -> str:
        upright = node.glyph.letters[0].face is Face.WORD
        words = "".join(map(character, node.glyph.letters))
        return _scripted(_identifier(words, upright), _listed(node.glyph.sub),
                         _listed(node.glyph.sup))

    def call(self, node: Call) -> str:
        return f"<mrow>{self.inside(node)}</mrow>"

    def scripts(self, node: Scripts) -> str:
        below, above = ("" if one is None else self(one) for one in (node.sub, node.sup))
        return _scripted(self(node.base), below, above)

    def fraction(self, node: Fraction) -> str:
        small = ' displaystyle="false"' if node.small else ""
        return f"<mfrac{small}>{self(node.above)}{self(node.below)}</mfrac>"

    def partial(self, node: Partial) -> str:
        above, below = (f"<mrow><mo>∂</mo>{self(one)}</mrow>" for one in (node.of, node.by))
        return f"<mfrac{self.named(node.name)}>{above}{below}</mfrac>"

    def root(self, node: Root) -> str:
        return f"<msqrt>{self.inside(node.inside)}</msqrt>"

    def parens(self, node: Parens) -> str:
        return f"<mrow>{self._between(node, '' if node.inside.tall else NO_STRETCH)}</mrow>"

    def _between(self, node: Parens, grow: str) -> str:
        return f"<mo{grow}>(</mo>{self.inside(node.inside)}<mo{grow}>)</mo>"

    def bars(self, node: Bars) -> str:
        grow = "" if node.inside.tall else NO_STRETCH
        bar = '<mo fence="true" form="{}"' + grow + ">|</mo>"
        return (f"<mrow>{bar.format('prefix')}{self.inside(node.inside)}"
                f"{bar.format('postfix')}</mrow>")

    def big(self, node: Big) -> str:
        sign = (f"<mo>{BIG[node.name]}</mo>" if node.name in BIG
                else f"<mo>{node.name}</mo>")
        return f'<munder>{sign}{self(node.indices)}</munder>'

    def cases(self, node: Cases) -> str:
        rows = [f"<mtr><mtd>{self(value)}</mtd><mtd><mtext>if{SPACE}</mtext>"
                f"{self.inside(condition)}</mtd></mtr>" for value, condition in node.rows]
        rows.append(f"<mtr><mtd>{self(node.otherwise)}</mtd><mtd><mtext>else</mtext></mtd></mtr>")
        return (f'<mrow><mo fence="true" form="prefix" stretchy="true">{{</mo>'
                f'<mtable class="cases">{"".join(rows)}</mtable></mrow>')


MATHML = MathMLSpelling()


def equation(program: Program, equation: Equation, id: str = "") -> str:
    """One equation as a block, without its number; its rows are aligned at the equals sign.

    ``id`` is the attribute by which a page finds it, empty for none.
    """
    return block(DocumentPrinter(program).equation(equation), id)


def block(shown: Shown, id: str = "", spelling: MathMLSpelling = MATHML,
          display: bool = True) -> str:
    """An equation that the printer of documents has laid out, as a block.

    Without ``display`` a style must tell that it is one.
    """
    left = spelling(shown.left)
    if len(shown.rows) == 1:
        return math(f"{left}<mo>=</mo>{spelling.inside(shown.rows[0])}", id, display)
    first, *others = shown.rows
    rows = [f"<mtr><mtd>{left}</mtd><mtd><mo>=</mo>{spelling.inside(first)}</mtd></mtr>"]
    rows += [f'<mtr><mtd></mtd><mtd><mspace width="2em"/>{spelling.terms(one)}</mtd></mtr>'
             for one in others]
    return math(f'<mtable class="aligned" displaystyle="true">{"".join(rows)}</mtable>',
                id, display)


def symbol(program: Program, name: str) -> str:
    """The symbol of a variable, inside a sentence."""
    return math(MATHML(DocumentPrinter(program).glyph(name)))


def size(program: Program, name: str) -> str:
    """The symbol of a size, inside a sentence."""
    return math(MATHML(DocumentPrinter(program).size(name)))


def formula(tree: Formula, spelling: MathMLSpelling = MATHML) -> str:
    """A formula that the printer of documents has made, inside a sentence."""
    return math(spelling.inside(tree))


def piece(sign: str, term: Formula, spelling: MathMLSpelling = MATHML) -> str:
    """One term of a sum as a formula of its own; its sign still stands between two terms."""
    shown = f'<mo form="infix">{SIGNS.get(sign, sign)}</mo>' if sign else ""
    return math(f"{shown}{spelling.inside(term)}")


def math(inside: str, id: str = "", display: bool = False) -> str:
    """Elements as a formula of a page."""
    attributes = ' display="block"' * display + (f' id="{escaped(id)}"' if id else "")
    return f"<math{attributes}>{inside}</math>"


def escaped(text: str) -> str:
    """Text made safe for elements and attributes."""
    return html.escape(printable(text), quote=True)


def _operator(sign: str) -> str:
    space = ' rspace=".17em"' if sign == TIMES else ""
    return f"<mo{space}>{SIGNS.get(sign, sign)}</mo>"


def _identifier(text: str, upright: bool = False, attributes: str = "") -> str:
    """A name; one letter is slanted unless it is said to stand upright."""
    normal = ' mathvariant="normal"' if upright and len(text) == 1 else ""
    return f"<mi{normal}{attributes}>{escaped(text)}</mi>"


def _letters(glyph: Glyph) -> str:
    """The letters of a symbol under its accents."""
    if glyph.accents and len(glyph.letters) == 1:
        return _letter(glyph.letters[0], glyph.accents)
    shown = _bare(glyph)
    shown = f"<mrow>{shown}</mrow>" if len(glyph.letters) > 1 else shown
    for accent in glyph.accents:
        shown = _over(shown, accent, True)
    return shown


def _bare(glyph: Glyph) -> str:
    """Letters side by side; a number in parentheses, which tells a layer, is one number."""
    if [one.face for one in glyph.letters] == NUMBERED:
        return f"<mn>{escaped(''.join(map(character, glyph.letters)))}</mn>"
    return "".join(map(_letter, glyph.letters))


def _letter(letter: Letter, accents: tuple[str, ...] = (), attributes: str = "") -> str:
    every = (*letter.accents, *accents)
    text = character(letter)
    if letter.face is Face.NUMBER:
        shown = f"<mn{attributes}>{escaped(text)}</mn>"
    elif letter.face is Face.SIGN:
        shown = _identifier(text) if text in ARROWS else _operator(text)
    else:
        text = DOTLESS.get(text, text) if every else text
        shown = _identifier(text, letter.face is Face.WORD, attributes)
    for accent in every:
        shown = _over(shown, accent, letter.long)
    return shown


def _line_above(inside: str) -> str:
    """A bar over all of a word, as a border: no character of mathematical fonts grows so wide."""
    return f'<mrow data-accent="bar" style="{LINE_ABOVE}">{inside}</mrow>'


def _over(inside: str, accent: str, wide: bool = False) -> str:
    if wide and accent == "bar":
        return _line_above(inside)
    return f'<mover accent="true">{inside}<mo>{ACCENTS[accent]}</mo></mover>'


def _listed(parts: tuple[Glyph, ...]) -> str:
    """Marks above or below, between commas; empty without any."""
    if len(parts) < 2:
        return "".join(map(_mark, parts))
    return f"<mrow>{'<mo>,</mo>'.join(map(_part, parts))}</mrow>"


def _mark(glyph: Glyph) -> str:
    """A mark as one element."""
    return _scripted(_letters(glyph), _listed(glyph.sub), _listed(glyph.sup))


def _part(glyph: Glyph) -> str:
    """A mark beside others in a row: plain letters need no row of their own."""
    plain = glyph == Glyph(glyph.letters)
    return _bare(glyph) if plain else _mark(glyph)


def _scripted(base: str, below: str, above: str, attributes: str = "") -> str:
    """A base with what stands below and above it; one element in any case."""
    parts = {(True, True): "msubsup", (True, False): "msub", (False, True): "msup"}
    name = parts.get((bool(below), bool(above)), "mrow")
    if name == "mrow" and not attributes:
        return base
    return f"<{name}{attributes}>{base}{below}{above}</{name}>"
