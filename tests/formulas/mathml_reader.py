"""A reader of MathML: elements as atoms of mathematics."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from xml.etree.ElementTree import Element, fromstring

from tests.formulas.mathematics import FUNCTIONS, TIMES, Atom, Unclear

TIMES_SIGN, APPLY, TRANSPOSED = "\u2062", "\u2061", "⊤"
SIGNS = {TIMES_SIGN: TIMES, "−": "-"}


def canonical(element: Element) -> str:
    """An element as a reader sees it: without the names that it bears."""
    children = list(element)
    if element.tag == "mrow" and len(children) == 1 and "data-accent" not in element.attrib:
        return canonical(children[0])
    kind = element.tag + element.get("data-accent", "")
    return f"<{kind} {element.text or ''}{''.join(map(canonical, children))}>"


def key(text: str) -> str:
    """What stands for a symbol in the table of symbols."""
    (inside,) = fromstring(text)
    return canonical(inside)


class Reader:
    """Reads formulas whose symbols are known by what they look like."""

    def __init__(self, known: frozenset[str]) -> None:
        self.known = known

    def equation(self, text: str) -> tuple[tuple[Atom, ...], tuple[Atom, ...]]:
        """Both sides of a printed equation."""
        atoms = tuple(self.items(fromstring(text)))
        place = next(place for place, one in enumerate(atoms)
                     if one.kind == "op" and one.text == "=")
        return grouped(atoms[:place]), grouped(atoms[place + 1:])

    def items(self, element: Element) -> Iterator[Atom]:
        seen = canonical(element)
        if seen in self.known:
            yield Atom("symbol", seen)
        elif element.tag in ("math", "mtr", "mtd") or (
                element.tag == "mtable" and element.get("class") == "aligned"):
            for child in element:
                yield from self.items(child)
        elif element.tag == "mrow":
            yield from self.row(list(element))
        elif element.tag != "mspace":
            yield getattr(self, element.tag)(element)

    def row(self, children: list[Element]) -> Iterator[Atom]:
        """A row; a brace and a table are cases."""
        if len(children) == 2 and children[1].tag == "mtable":
            yield self.cases(children[1])
            return
        bars = [place for place, one in enumerate(children) if one.text == "|"]
        if bars == [0, len(children) - 1]:
            yield Atom("bars", inside=(self.inside(children[1:-1]),))
            return
        for child in children:
            yield from self.items(child)

    def inside(self, children: list[Element]) -> tuple[Atom, ...]:
        return grouped(tuple(atom for child in children for atom in self.items(child)))

    def cases(self, table: Element) -> Atom:
        parts: list[tuple[Atom, ...]] = []
        for value, condition in table:
            words, *rest = condition
            parts.append(self.inside(list(value)))
            if (words.text or "").strip() == "if":
                parts.append(self.inside(rest))
        return Atom("cases", inside=tuple(parts))

    def mi(self, element: Element) -> Atom:
        text = element.text or ""
        return Atom("function" if text in FUNCTIONS else "symbol", text)

    def mn(self, element: Element) -> Atom:
        return Atom("number", element.text or "")

    def mo(self, element: Element) -> Atom:
        text = element.text or ""
        return Atom("op", SIGNS.get(text, text))

    def mtext(self, element: Element) -> Atom:
        return Atom("text", element.text or "")

    def mfrac(self, element: Element) -> Atom:
        return Atom("fraction", inside=tuple(self.inside([one]) for one in element))

    def msqrt(self, element: Element) -> Atom:
        return Atom("root", inside=(self.inside(list(element)),))

    def munder(self, element: Element) -> Atom:
        sign, below = element
        return Atom("big", {"∑": "sum"}.get(sign.text or "", sign.text or ""),
                    indices=letters(below))

    def msub(self, element: Element) -> Atom:
        base, below = element
        (atom,) = self.inside([base])
        if atom.kind == "function":
            return replace(atom, parameters=letters(below))
        return replace(atom, indices=letters(below))

    def msup(self, element: Element) -> Atom:
        base, above = element
        marks = list(above) if above.tag == "mrow" else [above]
        if marks[-1].text == TRANSPOSED:
            return self.transposed(element, marks)
        (atom,) = self.inside([base])
        return self.raised(atom, above)

    def msubsup(self, element: Element) -> Atom:
        base, below, above = element
        marks = list(above) if above.tag == "mrow" else [above]
        if marks[-1].text == TRANSPOSED:
            return self.transposed(element, marks)
        (atom,) = self.inside([base])
        own = "parameters" if atom.kind == "function" else "indices"
        return self.raised(replace(atom, **{own: letters(below)}), above)

    def raised(self, atom: Atom, above: Element) -> Atom:
        """An atom to a power; a function with a prime is another one."""
        if atom.kind == "function" and above.text == "′":
            return replace(atom, text=atom.text + "′")
        return replace(atom, power=self.inside([above]))

    def transposed(self, element: Element, marks: list[Element]) -> Atom:
        """A symbol, or a formula in parentheses, under its mark."""
        base, *below = list(element)[:-1]
        rest = marks[:-2] if len(marks) > 1 else []
        plain = Element({(True, True): "msubsup", (True, False): "msub", (False, True): "msup",
                         (False, False): "mrow"}[bool(below), bool(rest)])
        plain.extend([base, *below])
        if rest:
            row = Element("mrow")
            row.extend(rest)
            plain.append(row)
        (atom,) = self.inside([plain])
        return Atom(atom.kind, atom.text, atom.inside, transposed=True)


def letters(element: Element) -> tuple[str, ...]:
    """Indices, or the parameters of a function."""
    return tuple(one.text or "" for one in element.iter() if one.tag in ("mi", "mn"))


def grouped(atoms: tuple[Atom, ...]) -> tuple[Atom, ...]:
    """Atoms with what stands in parentheses as one, and functions with their arguments."""
    stack: list[list[Atom]] = [[]]
    for atom in atoms:
        if atom.kind == "op" and atom.text == "(":
            stack.append([])
        elif atom.kind == "op" and atom.text == ")":
            inside = called(stack.pop())
            if not stack:
                raise Unclear("a parenthesis too many")
            stack[-1].append(Atom("group", inside=(inside,)))
        else:
            stack[-1].append(atom)
    if len(stack) != 1:
        raise Unclear("a parenthesis too few")
    return called(stack[0])


def called(atoms: list[Atom]) -> tuple[Atom, ...]:
    """Functions take the group behind them."""
    found: list[Atom] = []
    for atom in atoms:
        if atom.kind == "op" and atom.text == APPLY:
            continue
        if atom.kind == "group" and found and found[-1].kind == "function":
            name = found.pop()
            found.append(replace(name, kind="call", inside=atom.inside))
        else:
            found.append(atom)
    return tuple(found)
