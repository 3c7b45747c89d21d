r"""What an author gives as the LaTeX of a symbol, read into data: ``\tilde{i}``, ``g^y``.

Documents are printed in several languages, so no LaTeX travels further than to here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from symrnn.program import GREEK, Face, Glyph, Letter, ProgramError, Style, quoted

TOKEN = re.compile(r"\\[A-Za-z]+|\\_|[A-Za-z0-9{}^_,'()+\-]|\s+")
WORD = re.compile(r"[A-Za-z0-9]+")
ACCENTS = frozenset(("bar", "tilde", "hat", "check", "dot", "ddot", "dddot"))
WIDE = {"overline": "bar", "widetilde": "tilde", "widehat": "hat"}
STYLES = {"mathbf": Style.BOLD, "boldsymbol": Style.BOLD, "bm": Style.BOLD,
          "mathcal": Style.SCRIPT}
UPRIGHT = frozenset(("mathrm", "text", "operatorname"))
KNOWN = (r"symrnn reads letters, Greek names such as \alpha, accents such as \tilde{i}, "
         r"\mathrm{word}, \mathbf{W}, \mathcal{L}, and one ^ and one _ behind them")


class _Unread(Exception):
    """The text is not of this little language."""


def read_symbol(latex: str) -> Glyph:
    r"""The symbol that a piece of LaTeX draws.

    Raises ProgramError for what is no symbol, such as ``\frac{a}{b}``.
    """
    tokens = TOKEN.findall(latex)
    try:
        if "".join(tokens) != latex:
            raise _Unread
        return _Reader([one for one in tokens if not one.isspace()]).symbol()
    except (_Unread, StopIteration, ValueError):
        raise ProgramError(f"{quoted(latex)} is no symbol in LaTeX; {KNOWN}") from None


class _Reader:
    """Reads tokens from left to right."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens, self.at = tokens, 0

    def symbol(self) -> Glyph:
        """Letters, then what stands above and below."""
        letters, scripts = tuple(self._letters()), dict[str, tuple[Glyph, ...]]()
        while self.at < len(self.tokens):
            mark = self._next()
            if mark not in ("^", "_") or mark in scripts:
                raise _Unread
            scripts[mark] = tuple(self._scripts())
        return Glyph(letters, scripts.get("_", ()), scripts.get("^", ()))

    def _next(self) -> str:
        if self.at == len(self.tokens):
            raise _Unread
        self.at += 1
        return self.tokens[self.at - 1]

    def _ahead(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def _letters(self) -> Iterator[Letter]:
        if self._ahead() in ("", "^", "_", "}", ","):
            raise _Unread
        while self._ahead() not in ("", "^", "_", "}", ","):
            yield self._letter()

    def _letter(self) -> Letter:
        token = self._next()
        if token in ("{", "}", "^", "_", ","):
            raise _Unread
        if not token.startswith("\\"):
            return Letter.mark("′" if token == "'" else token)
        return self._command(token[1:])

    def _command(self, name: str) -> Letter:
        if name in GREEK or name == "ell":
            return Letter(name, Face.GREEK)
        if name in UPRIGHT:
            return Letter(self._word(), Face.WORD)
        inner = self._argument()
        if name in STYLES:
            return replace(inner, style=STYLES[name])
        accent = WIDE.get(name, name)
        if accent not in ACCENTS:
            raise _Unread
        return replace(inner, accents=(*inner.accents, accent))

    def _argument(self) -> Letter:
        if self._ahead() != "{":
            return self._letter()
        self._next()
        inner = self._letter()
        self._close()
        return inner

    def _word(self) -> str:
        if self._next() != "{":
            raise _Unread
        word = ""
        while self._ahead() not in ("", "}"):
            token = self._next()
            word += "_" if token == r"\_" else token
        self._close()
        if WORD.fullmatch(word.replace("_", "")) is None:
            raise _Unread
        return word

    def _close(self) -> None:
        if self._next() != "}":
            raise _Unread

    def _scripts(self) -> Iterator[Glyph]:
        """Marks between commas in braces, or a single letter."""
        if self._ahead() != "{":
            yield Glyph((self._letter(),))
            return
        self._next()
        yield Glyph(tuple(self._letters()))
        while self._ahead() == ",":
            self._next()
            yield Glyph(tuple(self._letters()))
        self._close()
