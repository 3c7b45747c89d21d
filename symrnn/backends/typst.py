"""Formulas spelled in Typst, which compiles to PDF without TeX.

What stands between dollars: names of symbols are functions and constants of Typst's own, words are
strings, so nothing that an author writes is read as code.
"""

from __future__ import annotations

from unicodedata import category

from sympy import Expr

from symrnn.backends.document import DocumentPrinter, Shown, SpelledPrinter
from symrnn.backends.formula import (APART, DOT, HADAMARD, TIMES, Bars, Big, Call, Cases,
                                     Partial, Fraction, Function, Number, Parens, Root,
                                     Scripts, Sign, Sum, Symbol, Text)
from symrnn.backends.spelling import Spelling
from symrnn.program import Equation, Face, Glyph, Letter, Program, Style, printable

SIGNS = {TIMES: " thin ", HADAMARD: " dot.o ", DOT: " dot ", APART: "\\, ", ",": ",", "≤": " <= ",
         "≥": " >= ", "<": " < ", ">": " > ", "=": " = ", "≠": " != ",
         "⊤": "top", "→": "arrow.r", "←": "arrow.l", "′": "prime", "-": "-", "+": "+",
         "(": "\\(", ")": "\\)", "[": "\\[", "]": "\\]"}
ACCENTS = {"bar": "macron", "tilde": "tilde", "hat": "hat", "check": "caron", "dot": "dot",
           "ddot": "dot.double", "dddot": "dot.triple"}
STYLES = {Style.BOLD: "bold", Style.SCRIPT: "cal"}
DOTLESS = {"i": "dotless.i", "j": "dotless.j"}
NAMED = {"epsilon": "epsilon.alt", "phi": "phi.alt"}  # the forms that TeX draws


class TypstSpelling(Spelling):
    """Formulas as mathematics of Typst."""

    def symbol(self, node: Symbol) -> str:
        return _glyph(node.drawn)

    def number(self, node: Number) -> str:
        return node.text

    def sign(self, node: Sign) -> str:
        return SIGNS[node.text]

    def text(self, node: Text) -> str:
        return string(node.text)

    def sum(self, node: Sum) -> str:
        (sign, first), *others = node.terms
        return sign + self(first) + "".join(f" {sign} {self(one)}" for sign, one in others)

    def function(self, node: Function) -> str:
        first, *_ = node.glyph.letters
        name = " thin ".join(map(_letter, node.glyph.letters))
        return (f"op({name})" if first.face is Face.WORD else name) + _scripts(node.glyph)

    def call(self, node: Call) -> str:
        return self(node.function) + self(node.argument)

    def scripts(self, node: Scripts) -> str:
        above = "" if node.sup is None else f"^({self(node.sup)})"
        below = "" if node.sub is None else f"_({self(node.sub)})"
        return self(node.base) + above + below

    def fraction(self, node: Fraction) -> str:
        quotient = f"frac({self(node.above)}, {self(node.below)})"
        return f"inline({quotient})" if node.small else quotient

    def partial(self, node: Partial) -> str:
        return f"frac(partial {self(node.of)}, partial {self(node.by)})"

    def root(self, node: Root) -> str:
        return f"sqrt({self(node.inside)})"

    def parens(self, node: Parens) -> str:
        inside = self(node.inside)
        return f" lr(({inside}))" if node.inside.tall else f"\\({inside}\\)"

    def bars(self, node: Bars) -> str:
        return f"abs({self(node.inside)})"

    def big(self, node: Big) -> str:
        return f"{node.name}_({self(node.indices)}) "

    def cases(self, node: Cases) -> str:
        rows = [f'{self(value)} & quad "if "{self(condition)}' for value, condition in node.rows]
        rows.append(f'{self(node.otherwise)} & quad "else"')
        return f"cases({', '.join(rows)})"


TYPST = TypstSpelling()


class TypstPrinter(SpelledPrinter):
    """Prints expressions and equations of one program."""

    spelling = TYPST


def equation(program: Program, equation: Equation) -> str:
    """One equation as a block with its number beside it, aligned where it has several rows."""
    return block(DocumentPrinter(program).equation(equation))


def block(shown: Shown) -> str:
    """An equation that the printer of documents has laid out, with its number beside it."""
    first, *others = map(TYPST, shown.rows)
    rows = [f"{TYPST(shown.left)} &= {first}", *(f"&quad {one}" for one in others)]
    lines = r" \ ".join(rows)
    if shown.number is None:
        return f"$ {lines} $"
    number = f"(..) => [({shown.number})]"
    return f"#math.equation(block: true, numbering: {number}, $ {lines} $)"


def symbol(program: Program, name: str) -> str:
    """The symbol of a variable, inside a sentence."""
    return f"${TYPST(DocumentPrinter(program).glyph(name))}$"


def term(program: Program, term: Expr, lhs: str) -> str:
    """One term of the equation of ``lhs``, inside a sentence."""
    return f"${TYPST(DocumentPrinter(program).term(term, lhs))}$"


def string(text: str) -> str:
    """Words as a string of Typst; spaces of every width print, what else does not is a code."""
    shown = "".join(one if category(one) == "Zs" else printable(one) for one in text)
    return '"' + shown.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _glyph(glyph: Glyph) -> str:
    if glyph.accents and len(glyph.letters) == 1:
        return _letter(glyph.letters[0], glyph.accents) + _scripts(glyph)
    letters = " ".join(map(_letter, glyph.letters))
    for accent in glyph.accents:
        letters = f"{_over(accent, True)}({letters})"
    return letters + _scripts(glyph)


def _scripts(glyph: Glyph) -> str:
    above, below = (",".join(map(_glyph, part)) for part in (glyph.sup, glyph.sub))
    return (f"^({above})" if above else "") + (f"_({below})" if below else "")


def _letter(letter: Letter, accents: tuple[str, ...] = ()) -> str:
    """A letter under its own accents and others, which take the dot of an i."""
    every = (*letter.accents, *accents)
    shown = DOTLESS.get(letter.text, _plain(letter)) if every else _plain(letter)
    for accent in every:
        shown = f"{_over(accent, letter.long)}({shown})"
    return shown


def _over(accent: str, wide: bool) -> str:
    """The function of an accent; a bar goes over all of a word."""
    return "overline" if wide and accent == "bar" else ACCENTS[accent]


def _plain(letter: Letter) -> str:
    if letter.face is Face.WORD:
        text = string(letter.text)
    elif letter.face is Face.GREEK:
        text = NAMED.get(letter.text, letter.text)
    else:
        text = SIGNS.get(letter.text, letter.text)
    return f"{STYLES[letter.style]}({text})" if letter.style in STYLES else text
