"""What is wrong with a program, a name or options: one sentence each."""


class ProgramError(ValueError):
    """A program that is not well formed; the message names cell, equation and symbol."""


class UnknownName(ValueError):
    """A name that is not there; the message says what is."""


class Misused(ValueError):
    """Options that do not go together; the message says which do."""
