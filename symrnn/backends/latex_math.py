"""Formulas spelled in LaTeX."""

from __future__ import annotations

from collections.abc import Callable

from symrnn.backends.document import Shown, SpelledPrinter
from symrnn.backends.formula import (APART, DOT, HADAMARD, TIMES, Bars, Big, Call, Cases,
                                     Partial, Fraction, Function, Number, Parens, Root,
                                     Scripts, Sign, Sum, Symbol, Text)
from symrnn.backends.notes import Glyphs, spelled
from symrnn.backends.spelling import Spelling
from symrnn.program import Equation, Face, Glyph, Letter, Style, printable

SIGNS = {TIMES: r" \, ", HADAMARD: r" \odot ", DOT: r" \cdot ", APART: ", ", ",": ",",
         "≤": r" \le ", "≥": r" \ge ", "<": " < ", ">": " > ", "=": " = ", "≠": r" \ne ",
         "⊤": r"\top", "→": r"\rightarrow", "←": r"\leftarrow", "′": r"\prime", "[": "[", "]": "]"}
WORDS = {Style.PLAIN: r"\mathrm{%s}", Style.BOLD: r"\mathbf{%s}", Style.SCRIPT: r"\mathcal{%s}"}
STYLES = {Style.BOLD: r"\boldsymbol{%s}", Style.SCRIPT: r"\mathcal{%s}"}
COMMANDS = frozenset(("cos", "exp", "log", "max", "min", "sin", "tanh"))  # TeX has names for these
DOTLESS = {"i": r"\imath", "j": r"\jmath"}
_ESCAPES = {"_": r"\_", "&": r"\&", "%": r"\%", "#": r"\#", "$": r"\$", "{": r"\{", "}": r"\}",
            "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "\\": r"\textbackslash{}"}


STOPS = frozenset("、，。；：")  # behind which a line of Chinese may end, whatever follows


def escape_latex(text: str) -> str:
    """Plain text made safe for a LaTeX document."""
    return "".join(_ESCAPES.get(character, character) for character in printable(text))


def escape_latex_chinese(text: str) -> str:
    """The same where formulas stand between Chinese letters."""
    return "".join(f"{one}\\allowbreak{{}}" if one in STOPS else one
                   for one in escape_latex(text))


def note_latex(note: str, glyphs: Glyphs, escape: Callable[[str], str]) -> str:
    """A note with its formulas between dollars."""
    return "".join(spelled(note, glyphs, escape, lambda one: rf"\texttt{{{escape_latex(one)}}}",
                           lambda one: f"${LATEX(one)}$"))


def glyph_latex(glyph: Glyph, time: str = "") -> str:
    """LaTeX of a symbol; ``time`` is the running index, empty where there is none."""
    return _glyph(glyph.standing(time))


class LatexSpelling(Spelling):
    """Formulas as mathematics between dollars."""

    def symbol(self, node: Symbol) -> str:
        return _glyph(node.drawn)

    def number(self, node: Number) -> str:
        return node.text

    def sign(self, node: Sign) -> str:
        return SIGNS[node.text]

    def text(self, node: Text) -> str:
        text = node.text
        return f"{' ' * (text[0] == ' ')}\\text{{{escape_latex(text)}}}{' ' * (text[-1] == ' ')}"

    def sum(self, node: Sum) -> str:
        (sign, first), *others = node.terms
        return sign + self(first) + "".join(f" {sign} {self(one)}" for sign, one in others)

    def terms(self, node: Sum) -> str:
        """The terms of an equation, which TeX spaces itself."""
        return " ".join(("+ " if sign == "+" else sign) + self(one) for sign, one in node.terms)

    def function(self, node: Function) -> str:
        name = r"\,".join(map(_letter, node.glyph.letters))
        first, *others = node.glyph.letters
        if first.face is Face.WORD:
            known = first.text in COMMANDS and not others
            words = r"\,".join(_word(one) for one in node.glyph.letters)
            name = f"\\{first.text}" if known else rf"\operatorname{{{words}}}"
        return name + _scripts(node.glyph)

    def call(self, node: Call) -> str:
        return self(node.function) + self(node.argument)

    def scripts(self, node: Scripts) -> str:
        above = "" if node.sup is None else f"^{{{self(node.sup)}}}"
        return self(node.base) + above + ("" if node.sub is None else f"_{{{self(node.sub)}}}")

    def fraction(self, node: Fraction) -> str:
        command = r"\tfrac" if node.small else r"\frac"
        return f"{command}{{{self(node.above)}}}{{{self(node.below)}}}"

    def partial(self, node: Partial) -> str:
        return rf"\frac{{\partial {self(node.of)}}}{{\partial {self(node.by)}}}"

    def root(self, node: Root) -> str:
        return rf"\sqrt{{{self(node.inside)}}}"

    def parens(self, node: Parens) -> str:
        inside = self(node.inside)
        return rf"\left({inside}\right)" if node.inside.tall else f"({inside})"

    def bars(self, node: Bars) -> str:
        inside = self(node.inside)
        return (rf"\left\lvert {inside} \right\rvert" if node.inside.tall
                else rf"\lvert {inside} \rvert")

    def big(self, node: Big) -> str:
        return rf"\{node.name}_{{{self(node.indices)}}} "

    def cases(self, node: Cases) -> str:
        rows = r" \\ ".join(rf"{self(value)} & \text{{if }} {self(condition)}"
                            for value, condition in node.rows)
        return (rf"\begin{{cases}} {rows} \\ {self(node.otherwise)} & \text{{else}} "
                rf"\end{{cases}}")


LATEX = LatexSpelling()


class LatexPrinter(SpelledPrinter):
    """Prints expressions and equations of one program."""

    spelling = LATEX

    def rows(self, equation: Equation) -> list[str]:
        """The equation as aligned rows, broken between terms where it is long."""
        return aligned(self.document.equation(equation))


def aligned(shown: Shown) -> list[str]:
    """The rows of an equation, aligned at its equals sign."""
    first, *others = map(LATEX.terms, shown.rows)
    return [f"{LATEX(shown.left)} &= {first}", *(rf"&\quad {one}" for one in others)]


def _glyph(glyph: Glyph) -> str:
    letters = "".join(_before(one, place < len(glyph.letters) - 1)
                      for place, one in enumerate(glyph.letters))
    if glyph.accents and len(glyph.letters) == 1:
        letters = _under(glyph.letters[0], glyph.accents)
    else:
        for accent in glyph.accents:
            letters = rf"\{_over(accent, True)}{{{letters}}}"
    return letters + _scripts(glyph)


def _scripts(glyph: Glyph) -> str:
    above, below = (",".join(map(_glyph, part)) for part in (glyph.sup, glyph.sub))
    return (f"^{{{above}}}" if above else "") + (f"_{{{below}}}" if below else "")


def _before(letter: Letter, another: bool) -> str:
    """A letter; a command ends before the letter behind it."""
    bare = letter.face is Face.GREEK and not letter.accents
    return _letter(letter) + (" " if bare and another else "")


def _letter(letter: Letter) -> str:
    return _under(letter, ())


def _under(letter: Letter, accents: tuple[str, ...]) -> str:
    """A letter under its own accents and others, which take the dot of an i."""
    every = (*letter.accents, *accents)
    shown = DOTLESS.get(letter.text, _plain(letter)) if every else _plain(letter)
    for accent in every:
        shown = rf"\{_over(accent, letter.long)}{{{shown}}}"
    return shown


def _over(accent: str, wide: bool) -> str:
    """The command of an accent; a bar goes over all of a word."""
    return "overline" if wide and accent == "bar" else accent


def _plain(letter: Letter) -> str:
    if letter.face is Face.GREEK:
        text = f"\\{letter.text}"
    elif letter.face is Face.WORD:
        return WORDS[letter.style] % escape_latex(letter.text)
    else:
        text = SIGNS.get(letter.text, letter.text)
    return STYLES[letter.style] % text if letter.style in STYLES else text


def _word(letter: Letter) -> str:
    return escape_latex(letter.text) if letter.face is Face.WORD else _letter(letter)
