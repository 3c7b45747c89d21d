"""From text to statements: lark reads, nothing is evaluated, every limit is held here."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from lark import Lark, Token
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedToken

from symrnn.program import quoted
from symrnn.cellfile.nodes import EquationLine, Statement
from symrnn.cellfile.source import Source, described
from symrnn.cellfile.tree import Refused, Tree, start

GRAMMAR = Path(__file__).with_name("grammar.lark")
MAX_STATEMENTS = 400
MAX_EQUATIONS = 100
MAX_BRACKETS = 100
OPENING, CLOSING = ("LPAR", "LSQB"), ("RPAR", "RSQB")

SAID = {"NAME": "a name", "NUMBER": "a number", "STRING": 'a text in "quotes"',
        "_NEWLINE": "the end of the line", "$END": "the end of the file", "PATTERN": "a name",
        "POWER": "'^'", "PLUS": "'+'", "MINUS": "'-'", "TIMES": "'*'", "OVER": "'/'", "AT": "'@'",
        "TRANSPOSE": "'.T'", "LPAR": "'('", "RPAR": "')'", "LSQB": "'['", "RSQB": "']'",
        "EQUAL": "'='", "COMMA": "','", "COLON": "':'", "TILDE": "'~'", "TO": "'to'",
        "COMPARISON": "a comparison"}
FEW = 4  # more than these possibilities help nobody
HINTS = {".": "there are no attributes; only '.T' transposes", '"': "the text is not closed",
         "_": "a name starts with a letter", "=": "an equation is 'h[t] = ...'"}


class Brackets:
    """Drops the ends of lines inside brackets, and knows which brackets are open."""

    always_accept = ("_NEWLINE",)

    def __init__(self) -> None:
        self.open: list[Token] = []

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        """The tokens that the grammar sees."""
        self.open = []
        for token in stream:
            if token.type in OPENING:
                self.open.append(token)
            elif token.type in CLOSING and self.open:
                self.open.pop()
            if len(self.open) > MAX_BRACKETS:
                raise Refused(f"more than {MAX_BRACKETS} brackets are open", start(token))
            if token.type != "_NEWLINE" or not self.open:
                yield token


@cache
def _parser() -> tuple[Lark, Brackets]:
    brackets = Brackets()
    grammar = GRAMMAR.read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", start="file", postlex=brackets, transformer=Tree(),
                maybe_placeholders=True, propagate_positions=False), brackets


def statements(source: Source) -> tuple[Statement, ...]:
    """The statements of a file in order. Raises CellFileError."""
    parser, brackets = _parser()
    try:
        found: tuple[Statement, ...] = parser.parse(source.text)  # type: ignore[assignment]
    except Refused as refused:
        raise source.error(refused.message, refused.at) from None
    except UnexpectedCharacters as error:
        at = error.pos_in_stream or 0
        raise source.error(_no_character(source.text[at]), at) from None
    except UnexpectedToken as error:
        raise source.error(_unexpected(source, error, brackets),
                           _place(source, error.token)) from None
    except UnexpectedEOF:
        raise source.error("the file ends too early", len(source.text)) from None
    _hold_limits(source, found)
    return found


def _hold_limits(source: Source, found: tuple[Statement, ...]) -> None:
    if len(found) > MAX_STATEMENTS:
        raise source.error(f"there are more than {MAX_STATEMENTS} statements", 0)
    equations = [one for one in found if isinstance(one, EquationLine)]
    if len(equations) > MAX_EQUATIONS:
        raise source.error(f"there are more than {MAX_EQUATIONS} equations",
                           equations[MAX_EQUATIONS].name.at)


def _no_character(character: str) -> str:
    hint = HINTS.get(character, "" if character.isascii() else
                     "it may stand in comments and quotes alone")
    return f"unexpected {described(character)}" + (f"; {hint}" if hint else "")


def _unexpected(source: Source, error: UnexpectedToken, brackets: Brackets) -> str:
    token = error.token
    seen = SAID[token.type] if token.type in ("$END", "_NEWLINE") else quoted(str(token))
    if brackets.open and token.type not in CLOSING:
        first = brackets.open[-1]
        return f"unexpected {seen}; the '{first}' of line {source.line(start(first))} is open"
    wanted = sorted({SAID[one] for one in error.accepts or error.expected if one in SAID})
    hint = (f"expected {' or '.join(wanted)}" if 0 < len(wanted) <= FEW
            else HINTS.get(str(token), ""))
    return f"unexpected {seen}" + (f"; {hint}" if hint else "")


def _place(source: Source, token: Token) -> int:
    return len(source.text) if token.type == "$END" else start(token)
