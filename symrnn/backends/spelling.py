"""What a language of documents must say: one short method for each kind of node of a formula."""

from __future__ import annotations

from abc import ABC, abstractmethod

from symrnn.backends.formula import (Bars, Big, Call, Cases, Partial, Formula, Fraction,
                                     Function, Number,
                                     Parens, Root, Row, Scripts, Sign, Sum, Symbol, Text)

KINDS = (Row, Symbol, Number, Sign, Text, Sum, Function, Call, Scripts, Fraction, Partial, Root,
         Parens, Bars, Big, Cases)
METHODS: dict[type[Formula], str] = {kind: kind.__name__.lower() for kind in KINDS}


class Spelling(ABC):
    """A language: one method for each kind of node."""

    def __call__(self, formula: Formula) -> str:
        spelled: str = getattr(self, METHODS[type(formula)])(formula)
        return spelled

    def row(self, node: Row) -> str:
        """Parts side by side."""
        return "".join(map(self, node.parts))

    @abstractmethod
    def symbol(self, node: Symbol) -> str:
        """A symbol with all that stands around its letter."""

    @abstractmethod
    def number(self, node: Number) -> str:
        """The digits of a number."""

    @abstractmethod
    def sign(self, node: Sign) -> str:
        """A sign between two parts."""

    @abstractmethod
    def text(self, node: Text) -> str:
        """Words inside a formula."""

    @abstractmethod
    def sum(self, node: Sum) -> str:
        """Terms behind their signs."""

    def terms(self, node: Sum) -> str:
        """The terms of a right-hand side, or of one row of it."""
        return self.sum(node)

    @abstractmethod
    def function(self, node: Function) -> str:
        """The name of a function."""

    @abstractmethod
    def call(self, node: Call) -> str:
        """A function of an argument, which has its parentheses already."""

    @abstractmethod
    def scripts(self, node: Scripts) -> str:
        """Something with an index or a power."""

    @abstractmethod
    def fraction(self, node: Fraction) -> str:
        """A quotient."""

    @abstractmethod
    def partial(self, node: Partial) -> str:
        """A partial derivative."""

    @abstractmethod
    def root(self, node: Root) -> str:
        """A square root."""

    @abstractmethod
    def parens(self, node: Parens) -> str:
        """Parentheses, which grow with what is tall inside."""

    @abstractmethod
    def bars(self, node: Bars) -> str:
        """The bars of a magnitude."""

    @abstractmethod
    def big(self, node: Big) -> str:
        """A sum or a maximum over indices, in front of what is summed."""

    @abstractmethod
    def cases(self, node: Cases) -> str:
        """A choice between values."""
